import { signal } from "@preact/signals";
import type { Body, Holding, Leave, NamedArea, Person, RosterChange, Seat, Whom } from "../api/people";
import type { Post } from "../api/types";
import { refText } from "../api/people";
import { parseLocal } from "../plans/when";

/** What is to be changed, while the dialog about it is open. `version` is that of the duties it was seen in. */
export type Asking = { version: number } & (
  | { type: "appoint" | "deputise" | "relieve" | "remove_seat" | "public_contact"; seat: Seat }
  | { type: "end_deputy"; seat: Seat; holding: Holding }
  | { type: "leave" | "person"; person: Person }
  | { type: "end_leave"; person: Person; leave: Leave }
  | { type: "add_seat"; area: NamedArea; committee: { code: string; name: string } | null; posts: readonly Post[] }
  | { type: "body"; kind: "committee" | "branch"; village: NamedArea; body: Body | null }
  | { type: "remove_body"; kind: "committee" | "branch"; body: Body }
);

/** What has been filled in. Times are as the fields have them, by the clock of the district; empty for now. */
export interface Form {
  from: string;
  to: string;
  note: string;
  name: string;
  phone: string;
  code: string;
  post: Post | "";
  /** Somebody of the roster. */
  person: Person | null;
  /** The person is somebody new: name and phone say who. */
  fresh: boolean;
  groups: readonly string[];
}

export const emptyForm: Form = { from: "", to: "", note: "", name: "", phone: "", code: "", post: "", person: null, fresh: false, groups: [] };

/** The change that is asked about; null while no dialog is open. */
export const asking = signal<Asking | null>(null);

/** Opens the dialog about a change. */
export function ask(about: Asking): void {
  asking.value = about;
}

/** Gives the form that a dialog begins with. */
export function formOf(a: Asking): Form {
  switch (a.type) {
    case "person":
      return { ...emptyForm, name: a.person.name ?? "", phone: a.person.phone ?? "" };
    case "add_seat":
      return { ...emptyForm, post: a.posts[0] ?? "" };
    case "body":
      return a.body === null ? emptyForm : { ...emptyForm, code: a.body.code, name: a.body.name, groups: a.body.groups.map((g) => g.code) };
    default:
      return emptyForm;
  }
}

function whomOf(f: Form): Whom | null {
  if (!f.fresh) return f.person?.id ?? null;
  const name = f.name.trim();
  const phone = f.phone.trim();
  if (name === "") return null;
  return phone === "" ? { name } : { name, phone };
}

/** Gives the changes that a form asks for; null while something needed is missing or cannot be read. */
export function changesOf(a: Asking, f: Form, zone: string): RosterChange[] | null {
  const from = f.from === "" ? null : (parseLocal(f.from, zone)?.toISOString() ?? "");
  const to = f.to === "" ? null : (parseLocal(f.to, zone)?.toISOString() ?? "");
  if (from === "" || to === "") return null;
  const begins = from === null ? {} : { from };
  const happens = from === null ? {} : { at: from };
  const ends = to === null ? {} : { to };
  const person = whomOf(f);
  const note = f.note.trim();
  switch (a.type) {
    case "appoint":
      return person === null ? null : [{ change: "appoint", seat: a.seat.seat_id, person, ...begins, ...(note === "" ? {} : { note }) }];
    case "deputise":
      return person === null ? null : [{ change: "deputise", seat: a.seat.seat_id, person, ...begins, ...ends }];
    case "relieve":
      return [{ change: "relieve", seat: a.seat.seat_id, ...happens }];
    case "remove_seat":
      return [{ change: "remove_seat", seat: a.seat.seat_id }];
    case "public_contact":
      return [{ change: "public_contact", seat: a.seat.seat_id, public: !a.seat.public_contact }];
    case "end_deputy":
      return [{ change: "end_deputy", holding: a.holding.id, ...happens }];
    case "leave":
      return from === null ? null : [{ change: "leave", person: a.person.id, from, ...ends }];
    case "end_leave":
      return [{ change: "end_leave", leave: a.leave.id, ...happens }];
    case "person": {
      const name = f.name.trim();
      const phone = f.phone.trim();
      const changed = { ...(name === a.person.name ? {} : { name }), ...(phone === (a.person.phone ?? "") ? {} : { phone }) };
      return name === "" || Object.keys(changed).length === 0 ? null : [{ change: "person", person: a.person.id, ...changed }];
    }
    case "add_seat":
      if (f.post === "") return null;
      return [{ change: "add_seat", post: f.post, ...(a.committee === null ? { area: refText(a.area) } : { committee: a.committee.code }) }];
    case "body": {
      const name = f.name.trim();
      const code = f.code.trim();
      if (name === "" || code === "" || f.groups.length === 0) return null;
      return [{ change: a.kind, code, name, village: refText(a.village), groups: f.groups.map((g) => `village_group:${g}`) }];
    }
    case "remove_body":
      return [{ change: a.kind === "committee" ? "remove_committee" : "remove_branch", code: a.body.code }];
  }
}

/** The posts an area of a kind, or a committee, may have, with how many seats of each. */
export function postsOf(kind: string, ofCommittee: boolean): readonly [post: Post, most: number][] {
  if (ofCommittee) return [["group_director", 1], ["group_security", 1], ["group_women", 1], ["volunteer", 99]];
  switch (kind) {
    case "grid":
      return [["grid_chief", 1], ["grid_member", 5], ["grid_police", 1]];
    case "compound":
      return [["compound_director", 1], ["compound_security", 1], ["compound_service", 1], ["volunteer", 99]];
    case "township":
      return [["township_desk", 1]];
    case "district":
      return [["district_desk", 1]];
    default:
      return [];
  }
}

/** Gives the posts of which there may be one more seat. */
export function addable(kind: string, seats: readonly Seat[], ofCommittee: boolean): Post[] {
  return postsOf(kind, ofCommittee)
    .filter(([post, most]) => seats.filter((s) => s.post === post).length < most)
    .map(([post]) => post);
}
