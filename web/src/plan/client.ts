import { ApiError, get, problemOf } from "../api/client";
import type { Kind } from "../api/types";
import type { Basis, CheckAnswer, Comparison, Impact, Operation, OperationAnswer, Plan, PlanFeature, PlanProblem, PlanRevision, PlanStatus, PlanWithHistory, PublishAnswer, Side } from "./types";

/**
 * Why the server did not do something to a plan: an ApiError with the places
 * that are wrong, the areas that were changed meanwhile (`kind:code`), and the
 * plan's ETag now where that is said. `type` is the last part of the problem's
 * type, such as "locked", "areas-changed", "version-conflict", "note-missing".
 */
export class PlanError extends ApiError {
  readonly problems: readonly PlanProblem[];
  readonly areas: readonly string[];
  readonly etag: string | null;

  constructor(of: ApiError, body: unknown) {
    super(of.trouble, of.type, of.problem);
    const given: Record<string, unknown> = typeof body === "object" && body !== null ? { ...body } : {};
    this.problems = Array.isArray(given.problems) ? (given.problems as PlanProblem[]) : [];
    this.areas = Array.isArray(given.areas) ? (given.areas as string[]) : [];
    this.etag = typeof given.etag === "string" ? given.etag : null;
  }

  /** The HTTP status; 0 where no server answered. */
  get status(): number {
    return this.problem?.status ?? 0;
  }

  /** The server's own sentence; empty where there is none. */
  get detail(): string {
    return this.problem?.detail ?? "";
  }
}

/** Sends a request that changes something. Throws a PlanError. */
async function send(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (e) {
    if (signal?.aborted === true) throw e;
    throw new PlanError(new ApiError("away", "unreachable"), null);
  }
  if (answer.ok) return answer;
  const said: unknown = await answer.json().catch(() => null);
  throw new PlanError(problemOf(answer.status, said), said);
}

async function sendJson<T>(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<T> {
  const answer = await send(method, path, body, headers, signal);
  try {
    return (await answer.json()) as T;
  } catch (e) {
    if (signal?.aborted === true) throw e;
    // The connection broke within the answer: what was asked for is done.
    throw new PlanError(new ApiError("away", "unreadable"), null);
  }
}

const at = (plan: string, rest = "") => `/api/v1/plans/${encodeURIComponent(plan)}${rest}`;
const ifMatch = (etag: string | undefined): Record<string, string> => (etag === undefined ? {} : { "If-Match": `"${etag}"` });

/** Lists plans, those changed last first. */
export async function listPlans(status?: PlanStatus, signal?: AbortSignal): Promise<Plan[]> {
  return (await get<{ plans: Plan[] }>(`/api/v1/plans${status === undefined ? "" : `?status=${status}`}`, signal)).plans;
}

/** Starts a plan on the revision in force. */
export function createPlan(title: string, needsApproval = false): Promise<Plan> {
  return sendJson<Plan>("POST", "/api/v1/plans", { title, ...(needsApproval ? { needs_approval: true } : {}) });
}

export function readPlan(plan: string, signal?: AbortSignal): Promise<PlanWithHistory> {
  return get<PlanWithHistory>(at(plan), signal);
}

export function renamePlan(plan: string, title: string): Promise<Plan> {
  return sendJson<Plan>("PATCH", at(plan), { title });
}

export async function discard(plan: string): Promise<void> {
  await send("DELETE", at(plan));
}

/** Makes an operation; `basedOn` is the ETag of the state that it was made on. */
export function operate(plan: string, op: Operation, basedOn?: string, signal?: AbortSignal): Promise<OperationAnswer> {
  return sendJson<OperationAnswer>("POST", at(plan, "/operations"), basedOn === undefined ? op : { ...op, based_on: basedOn }, {}, signal);
}

/** Undoes the last operation, whoever made it; with `etag` only if that is still the plan's. */
export function undo(plan: string, etag?: string): Promise<OperationAnswer> {
  return sendJson<OperationAnswer>("DELETE", at(plan, "/operations/last"), undefined, ifMatch(etag));
}

export function redo(plan: string, etag?: string): Promise<OperationAnswer> {
  return sendJson<OperationAnswer>("POST", at(plan, "/operations/redo"), undefined, ifMatch(etag));
}

export function check(plan: string, signal?: AbortSignal): Promise<CheckAnswer> {
  return get<CheckAnswer>(at(plan, "/check"), signal);
}

/** Asks what the plan would do, with the reports of the last `days` days; `all` names every grid, not only those that change. */
export function impact(plan: string, days: number, all = false, signal?: AbortSignal): Promise<Impact> {
  return get<Impact>(impactUrl(plan, days, all ? "all=1" : ""), signal);
}

/** The address of an impact, as for a download with `format=xlsx` or `format=geojson`. */
export function impactUrl(plan: string, days: number, more = ""): string {
  return at(plan, `/impact?days=${days}${more === "" ? "" : `&${more}`}`);
}

export function basis(plan: string, days: number, signal?: AbortSignal): Promise<Basis> {
  return get<Basis>(at(plan, `/basis?days=${days}`), signal);
}

export function approve(plan: string, etag?: string): Promise<Plan> {
  return sendJson<Plan>("POST", at(plan, "/approve"), undefined, ifMatch(etag));
}

/** Publishes now. A note is needed where the check warns. */
export function publish(plan: string, note = "", etag?: string): Promise<PublishAnswer> {
  return sendJson<PublishAnswer>("POST", at(plan, "/publish"), note === "" ? {} : { note }, ifMatch(etag));
}

/** Has it published by itself at a time to come. */
export function schedule(plan: string, when: Date, note = "", etag?: string): Promise<PublishAnswer> {
  return sendJson<PublishAnswer>("POST", at(plan, "/publish"), { at: when.toISOString(), ...(note === "" ? {} : { note }) }, ifMatch(etag));
}

export async function unschedule(plan: string): Promise<void> {
  await send("DELETE", at(plan, "/publish"));
}

/** Makes the plan's operations anew on the revision in force. */
export function rebase(plan: string): Promise<OperationAnswer> {
  return sendJson<OperationAnswer>("POST", at(plan, "/rebase"));
}

export function compare(from: Side, to: Side, signal?: AbortSignal): Promise<Comparison> {
  return get<Comparison>(`/api/v1/compare?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`, signal);
}

/** Lists the published revisions with what planners hear of them. */
export async function planRevisions(signal?: AbortSignal): Promise<PlanRevision[]> {
  return (await get<{ revisions: PlanRevision[] }>("/api/v1/revisions", signal)).revisions;
}

/** Publishes what takes a revision back. */
export function undoRevision(revision: number, note = ""): Promise<PublishAnswer> {
  return sendJson<PublishAnswer>("POST", `/api/v1/revisions/${revision}/undo`, note === "" ? {} : { note });
}

/** Which boundaries are asked for: a plan's, those in force, or those at a time. */
export type Boundaries = { plan: string } | { at: string } | null;

/** Gives all areas of a kind with their shapes, or those that meet a box: west, south, east, north in degrees. */
export async function featuresOf(kind: Kind, of: Boundaries, signal?: AbortSignal, bbox?: readonly [number, number, number, number]): Promise<PlanFeature[]> {
  const asked = new URLSearchParams(of === null ? {} : "plan" in of ? { plan: of.plan } : { at: of.at });
  if (bbox !== undefined) asked.set("bbox", bbox.map((n) => n.toFixed(7)).join(","));
  return (await get<{ features: PlanFeature[] }>(`/api/v1/areas/${kind}${asked.size === 0 ? "" : `?${asked}`}`, signal)).features;
}
