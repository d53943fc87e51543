import { get, post, request } from "./client";
import type { Kind, Ref } from "./types";
import type * as wire from "./schema.gen";

/** An area with its name. */
export type NamedArea = wire.RosterArea;

/** A time during which a person answers for nothing. Times are RFC 3339, UTC. */
export type Leave = wire.Leave;

/** Somebody of the roster; without a name where that has been erased. */
export type Person = wire.RosterPerson;

/** One numbered place of a post, and who holds it. */
export type Seat = wire.RosterSeat;

/** That somebody holds, held or will hold a seat, or stands in. */
export type Holding = wire.Holding;

/** A seat with everybody who held it, the newest first. */
export type SeatRecord = wire.SeatRecord;

/** A person with all posts and leaves, the newest first. */
export type PersonRecord = wire.PersonRecord;

/** A committee or Party branch over village groups of a village. */
export type Body = wire.RosterBody;

/** Who a change names: somebody of the roster, or somebody new. */
export type Whom = wire.Whom;

/** One step of an edit of posts and people. */
export type RosterChange = wire.RosterChange;

/** A place that nobody holds, among those an edit makes. */
export type Vacant = wire.Vacancy;

/** That somebody else answers for a seat, and which open reports went over. */
export type Handover = wire.Handover;

/** What an edit has made, or would make. */
export type Outcome = wire.RosterEdit;

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
