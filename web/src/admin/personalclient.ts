import type { Status } from "../api/reports";
import { get, post, request } from "../api/client";
import type { Role } from "./client";

/** Whom something is about: a name, a phone or both; or somebody of the roster. */
export type Subject = { name?: string; phone?: string } | { person: string };

/** Somebody of the roster, as last known. */
export interface FoundPerson {
  id: string;
  name: string;
  phone: string;
  /** How many posts are held now. */
  seats: number;
  now: boolean;
  erased: boolean;
}

/** An account of the person. */
export interface FoundAccount {
  id: string;
  login: string;
  name: string;
  role: Role;
  disabled: boolean;
  sessions: number;
}

/** A contact that was left with a report, masked. */
export interface FoundContact {
  report: string;
  category: string;
  status: Status;
  created_at: string;
  name: string;
  phone: string;
}

/** What there is of a person. Times are RFC 3339; of the contacts the newest are listed, and all are counted. */
export interface Found {
  people: FoundPerson[];
  accounts: FoundAccount[];
  contacts: FoundContact[];
  counts: { people: number; accounts: number; contacts: number; tracks: number; pending: number; actions: number };
  searched: { contacts: number; unreadable: number };
  erased: { id: string; at: string }[];
}

/** Says what there is of a person. That somebody looked is in the audit log. */
export const findPersonal = (s: Subject): Promise<Found> => post("/api/v1/personal/search", s);

/** Gives all that there is of a person, in clear, as a file. */
export async function exportPersonal(s: Subject): Promise<Blob> {
  const answer = await request("/api/v1/personal/export", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(s) });
  return answer.blob();
}

/** A line of the erasure log: how many of what went, never whose. */
export interface Erasure {
  id: string;
  at: string;
  /** Of one person, or of all that was kept long enough. */
  kind: "person" | "retention";
  people: number;
  accounts: number;
  sessions: number;
  contacts: number;
  tracks: number;
  unreadable: number;
  /** The id of the account, or what the program calls itself. */
  by: string;
  role: string;
  reason: string;
}

/** Takes away all that there is of a person, for a reason that is kept for ever. */
export const erasePersonal = (s: Subject, reason: string): Promise<Erasure> => post("/api/v1/personal/erase", { subject: s, reason });

/** Lists what was erased, the newest first. */
export const erasures = async (signal?: AbortSignal): Promise<Erasure[]> => (await get<{ erasures: Erasure[] }>("/api/v1/personal/erasures", signal)).erasures;
