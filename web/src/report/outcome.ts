import { problemOf } from "../api/client";
import type { Report } from "../api/reports";

/** Why a report is not there yet. */
export type Why = "away" | "busy" | "signin";

/** What a definite refusal is about: the problem's type, and where in the report the fault is. */
export interface Refusal {
  type: string;
  pointer: string;
}

/**
 * What came of one attempt to send a report. Only the server's own word ends
 * the attempts: "accepted" with the report, or "refused" with a problem of its
 * own. Everything else (no answer, half an answer, a page of something in
 * between such as a hotel's sign-in) leaves open whether the report is there,
 * so it is sent again with the same key.
 */
export type Outcome = { kind: "accepted"; report: Report } | ({ kind: "refused" } & Refusal) | { kind: "later"; why: Why; waitS: number | null };

const own = "urn:gridpatrol:problem:";

function isReport(body: unknown): body is Report {
  if (typeof body !== "object" || body === null || !("id" in body) || typeof body.id !== "string" || !("properties" in body)) return false;
  const p = body.properties;
  return typeof p === "object" && p !== null && "follow_secret" in p && typeof p.follow_secret === "string";
}

/** Reads the answer to a report; status 0 is none. `retryAfter` is the header of that name. */
export function outcomeOf(status: number, body: unknown, retryAfter: string | null): Outcome {
  if (status >= 200 && status < 300 && isReport(body)) return { kind: "accepted", report: body };
  const asked = retryAfter === null ? NaN : Number(retryAfter);
  const waitS = Number.isFinite(asked) && asked > 0 ? Math.min(asked, 3600) : null;
  // A proxy with a limit of its own says no more than the status.
  if (status === 413) return { kind: "refused", type: "too-large", pointer: "" };
  const type = typeof body === "object" && body !== null && "type" in body && typeof body.type === "string" ? body.type : "";
  if (status === 0 || status < 400 || !type.startsWith(own)) return { kind: "later", why: "away", waitS };
  if (status === 401) return { kind: "later", why: "signin", waitS: null };
  if (status === 429 || status === 503) return { kind: "later", why: "busy", waitS };
  if (status >= 500) return { kind: "later", why: "away", waitS };
  const { type: name, problem } = problemOf(status, body);
  return { kind: "refused", type: name, pointer: problem?.errors[0]?.pointer ?? "" };
}

const delays = [5, 10, 20, 40];

/** Gives how many seconds to wait after so many failures in a row, from 1. */
export function delayS(failures: number): number {
  return delays[failures - 1] ?? 60;
}

/** The questions of the form. */
export const steps = ["place", "what", "more"] as const;
export type Step = (typeof steps)[number];

/** Gives the question that a refusal is about. */
export function stepOf({ type, pointer }: Refusal): Step {
  if (type === "unknown-category" || pointer.endsWith("/category")) return "what";
  if (type === "outside-district" || type === "no-position" || /lon|lat|accuracy|coordinates/.test(pointer)) return "place";
  return "more";
}

/** Gives which photo a refusal is about, from 0; -1 for none. */
export function photoOf(r: Refusal | null): number {
  const n = /^\/photo\/(\d+)/.exec(r?.pointer ?? "")?.[1];
  return n === undefined ? -1 : Number(n);
}
