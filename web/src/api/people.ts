import { get, post, request } from "./client";
import type { Kind, Ref } from "./types";

/** An area with its name. */
export type NamedArea = Ref & { name: string };

/** A time during which a person answers for nothing. Times are RFC 3339, UTC. */
export interface Leave {
  id: string;
  from: string;
  to?: string;
  when?: "past" | "now" | "future";
}

/** Somebody of the roster; without a name where that has been erased. */
export interface Person {
  id: string;
  name?: string;
  phone?: string;
  synthetic?: boolean;
  /** The leave the person is on. */
  leave?: Leave;
  /** Seats held, and those stood in for. */
  posts?: Seat[];
}

/** One numbered place of a post, and who holds it. */
export interface Seat {
  seat_id: string;
  post: string;
  number: number;
  areas: NamedArea[];
  committee?: { code: string; name: string };
  public_contact: boolean;
  holder?: Person;
  since?: string;
  until?: string;
  deputy?: Person;
  answered_by?: "holder" | "deputy" | "above";
  /** Among a person's posts: stands in for the holder. */
  deputy_here?: boolean;
  removed?: boolean;
}

/** That somebody holds, held or will hold a seat, or stands in. */
export interface Holding {
  id: string;
  person?: Person;
  seat?: Seat;
  deputy: boolean;
  from: string;
  to?: string;
  when: "past" | "now" | "future";
}

/** A seat with everybody who held it, the newest first. */
export interface SeatRecord extends Seat {
  holdings: Holding[];
  may_change: boolean;
  duty_version: number;
}

/** A person with all posts and leaves, the newest first. */
export interface PersonRecord extends Person {
  holdings: Holding[];
  leaves: Leave[];
  account?: { id: string; login: string; disabled: boolean };
  may_change: boolean;
  duty_version: number;
}

/** A committee or Party branch over village groups of a village. */
export interface Body {
  code: string;
  name: string;
  village: NamedArea | null;
  groups: NamedArea[];
  may_change: boolean;
}

/** Who a change names: somebody of the roster, or somebody new. */
export type Whom = string | { name: string; phone?: string };

/** One step of an edit of posts and people. */
export type RosterChange =
  | { change: "appoint"; seat: string; person: Whom; from?: string; note?: string }
  | { change: "relieve"; seat: string; at?: string }
  | { change: "deputise"; seat: string; person: Whom; from?: string; to?: string }
  | { change: "end_deputy"; holding: string; at?: string }
  | { change: "leave"; person: string; from: string; to?: string }
  | { change: "end_leave"; leave: string; at?: string }
  | { change: "add_seat"; post: string; area?: string; committee?: string; public_contact?: boolean }
  | { change: "remove_seat"; seat: string }
  | { change: "public_contact"; seat: string; public: boolean }
  | { change: "person"; person: string; name?: string; phone?: string }
  | { change: "committee" | "branch"; code: string; name: string; village: string; groups: string[] }
  | { change: "remove_committee" | "remove_branch"; code: string };

/** A place that nobody holds, among those an edit makes. */
export interface Vacant {
  post: string;
  number: number;
  areas: NamedArea[];
  committee?: { code: string; name: string };
  required: boolean;
}

/** That somebody else answers for a seat, and which open reports went over. */
export interface Handover {
  id: string;
  seat: Seat;
  from?: Person;
  to: Person | null;
  at: string;
  /** The ids of the reports. */
  reports: string[];
  acknowledged_at?: string;
  /** The caller is who takes over. */
  mine: boolean;
}

/** What an edit has made, or would make. */
export interface Outcome {
  duty_version: number;
  changed: Seat[];
  handovers: Handover[];
  vacancies: Vacant[];
  reports_moved: number;
}

function query(values: Record<string, string | null>): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(values)) if (v !== null && v !== "") q.set(k, v);
  const text = q.toString();
  return text === "" ? "" : `?${text}`;
}

/** Writes an area as parameters have it. */
export function refText(ref: Ref): string {
  return `${ref.kind}:${ref.code}`;
}

/** The post whose seats belong to the area itself where many lie in it. */
const desk: Partial<Record<Kind, string>> = { district: "district_desk", township: "township_desk" };

/** Gives the seats that answer for an area, not those of what lies in it; at a time, or now. */
export async function seatsOf(ref: Ref, at: string | null, signal?: AbortSignal): Promise<{ seats: Seat[]; version: number }> {
  if (ref.kind === "village") return { seats: [], version: 0 };
  const answer = await get<{ posts: Seat[]; duty_version?: number }>(`/api/v1/posts${query({ area: refText(ref), post: desk[ref.kind] ?? null, at })}`, signal);
  const own = answer.posts.filter((s) => s.areas.some((a) => a.kind === ref.kind && a.code === ref.code));
  return { seats: own, version: answer.duty_version ?? 0 };
}

/** Gives a seat with everybody who held it. */
export function seatRecord(id: string, signal?: AbortSignal): Promise<SeatRecord> {
  return get<SeatRecord>(`/api/v1/posts/${id}`, signal);
}

/** Finds people by a part of the name, or digits of the phone. */
export async function findPeople(q: string, at: string | null, limit: number, signal?: AbortSignal): Promise<Person[]> {
  return (await get<{ people: Person[] }>(`/api/v1/people${query({ q, at, limit: String(limit) })}`, signal)).people;
}

/** Gives a person with all posts and leaves. */
export function personRecord(id: string, signal?: AbortSignal): Promise<PersonRecord> {
  return get<PersonRecord>(`/api/v1/people/${id}`, signal);
}

/** Makes changes, all or none, or finds out what they would make. */
export function changeRoster(changes: readonly RosterChange[], basedOn: number, dryRun: boolean, signal?: AbortSignal): Promise<Outcome> {
  return post<Outcome>("/api/v1/roster/changes", { changes, ...(basedOn > 0 ? { based_on: basedOn } : {}), ...(dryRun ? { dry_run: true } : {}) }, {}, signal);
}

/** Gives the handovers nobody has acknowledged: those that the caller takes over, or all the caller may see. */
export async function openHandovers(mine: boolean, signal?: AbortSignal): Promise<Handover[]> {
  return (await get<{ handovers: Handover[] }>(`/api/v1/handovers${query({ state: "open", assignee: mine ? "me" : null })}`, signal)).handovers;
}

/** Notes that the caller has taken over. */
export async function acknowledge(id: string): Promise<void> {
  await request(`/api/v1/handovers/${id}/acknowledge`, { method: "POST" });
}

/** Gives the committees, or the Party branches, of a village. */
export async function bodiesOf(kind: "committees" | "branches", village: string, at: string | null, signal?: AbortSignal): Promise<{ bodies: Body[]; version: number }> {
  const answer = await get<{ committees?: Body[]; branches?: Body[]; duty_version: number }>(`/api/v1/${kind}${query({ area: `village:${village}`, at })}`, signal);
  return { bodies: answer[kind] ?? [], version: answer.duty_version };
}
