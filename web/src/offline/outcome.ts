import { problemOf } from "../api/client";
import type { Refusal } from "./item";

/** Why nothing is sent now. */
export type Why = "away" | "busy" | "signin" | "fault";

/**
 * What came of one attempt. Only the server's own word settles an item:
 * accepted, or refused with a problem of its own. Everything else (no answer,
 * half of one, the page of something in between such as a hotel's sign-in)
 * leaves open whether it was taken, so it is sent again with the same key.
 */
export type Outcome = { kind: "accepted"; answer: unknown; etag: string | null } | { kind: "refused"; refusal: Refusal } | { kind: "later"; why: Why; waitS: number | null };

const own = "urn:gridpatrol:problem:";

/** Reads an answer; status 0 is none, a body that is null no JSON. */
export function outcomeOf(status: number, body: unknown, retryAfter: string | null, etag: string | null, now: number): Outcome {
  if (status === 204 || (status >= 200 && status < 300 && typeof body === "object" && body !== null)) return { kind: "accepted", answer: body, etag };
  const asked = retryAfter === null ? NaN : Number(retryAfter);
  const waitS = Number.isFinite(asked) && asked > 0 ? Math.min(asked, 3600) : null;
  const refused = (type: string, rest: Partial<Refusal> = {}): Outcome => ({ kind: "refused", refusal: { status, type, detail: "", errors: [], allow: [], at: now, ...rest } });
  // A proxy with a limit of its own says no more than the status.
  if (status === 413) return refused("too-large");
  const type = typeof body === "object" && body !== null && "type" in body && typeof body.type === "string" ? body.type : "";
  if (status < 400 || !type.startsWith(own)) return { kind: "later", why: "away", waitS };
  if (status === 401) return { kind: "later", why: "signin", waitS: null };
  if (status === 429 || status === 503) return { kind: "later", why: "busy", waitS };
  if (status >= 500) return { kind: "later", why: "fault", waitS };
  const { type: name, problem } = problemOf(status, body);
  return refused(name, { detail: problem?.detail ?? "", errors: problem?.errors ?? [], allow: problem?.allow ?? [] });
}

const delays = [5, 10, 20, 40];

/** Gives how many seconds to wait after so many failures in a row, from 1. */
export function delayS(failures: number): number {
  return delays[failures - 1] ?? 60;
}
