import { get, post, request } from "../api/client";
import type * as wire from "../api/schema.gen";

/** Whom something is about: a name, a phone or both; or somebody of the roster. */
export type Subject = wire.Subject;

/** Somebody of the roster, as last known. */
export type FoundPerson = Found["people"][number];

/** An account of the person. */
export type FoundAccount = wire.PersonalAccount;

/** A contact that was left with a report, masked. */
export type FoundContact = Found["contacts"][number];

/** What there is of a person. Times are RFC 3339; of the contacts the newest are listed, and all are counted. */
export type Found = wire.PersonalFound;

/** Says what there is of a person. That somebody looked is in the audit log. */
export const findPersonal = (s: Subject): Promise<Found> => post("/api/v1/personal/search", s);

/** Gives all that there is of a person, in clear, as a file. */
export async function exportPersonal(s: Subject): Promise<Blob> {
  const answer = await request("/api/v1/personal/export", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(s) });
  return answer.blob();
}

/** A line of the erasure log: how many of what went, never whose. */
export type Erasure = wire.Erasure;

/** Takes away all that there is of a person, for a reason that is kept for ever. */
export const erasePersonal = (s: Subject, reason: string): Promise<Erasure> => post("/api/v1/personal/erase", { subject: s, reason });

/** Lists what was erased, the newest first. */
export const erasures = async (signal?: AbortSignal): Promise<Erasure[]> => (await get<{ erasures: Erasure[] }>("/api/v1/personal/erasures", signal)).erasures;
