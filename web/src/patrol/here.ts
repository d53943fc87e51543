import type { Patrol, PatrolCheckpoint, PatrolDeed, PatrolState } from "../api/patrols";

/** What was done to a patrol on this phone, and when (milliseconds, by a right clock as far as the phone knows). */
export interface Step {
  /** Of the item in the outbox. */
  id: string;
  deed: "start" | "pause" | "resume" | "end";
  at: number;
}

/** From so long before the planned start one may begin. Milliseconds. */
const readyMs = 30 * 60_000;
/** So long after the planned start it should have begun. */
const lateMs = 15 * 60_000;
/** Two words of the same moment may differ by so much: times travel rounded. */
const sameMs = 1_000;

/** Says how a patrol that has not begun stands at a moment, as the server does. */
function beforeStart(p: Patrol, now: number): PatrolState {
  const start = Date.parse(p.planned_start);
  if (now >= start + lateMs) return "start_overdue";
  return now >= start - readyMs ? "ready" : "scheduled";
}

/** So long before its time a patrol may be begun early. */
const earlyMs = 12 * 3_600_000;

/** What this phone lets one do to a patrol at a moment. */
export function allowOf(p: Patrol, walks: boolean, now: number): PatrolDeed[] {
  if (!walks) return [];
  if (p.state === "active") return [p.paused ? "resume" : "pause", "end"];
  const early = p.state === "scheduled" && Date.parse(p.planned_start) - now <= earlyMs;
  return early || p.state === "ready" || p.state === "start_overdue" ? ["start"] : [];
}

/** Gives a patrol as it is for whoever holds this phone: what the server said, what was done here since, and the time. */
export function asHere(p: Patrol, steps: readonly Step[], now: number): Patrol {
  const open = p.state !== "done" && p.state !== "cancelled" && p.state !== "active";
  let here: Patrol = open ? { ...p, state: beforeStart(p, now) } : p;
  for (const s of steps) here = stepOn(here, s);
  return here;
}

/** Applies one step, unless the server knows it already. */
function stepOn(p: Patrol, { deed, at }: Step): Patrol {
  const time = new Date(at).toISOString();
  const pauses = p.pauses ?? [];
  const known = (t: string | null | undefined) => t !== null && t !== undefined && Math.abs(Date.parse(t) - at) < sameMs;
  switch (deed) {
    case "start":
      return p.state === "active" || p.state === "done" || p.state === "cancelled" ? p : { ...p, state: "active", paused: false, started_at: time };
    case "pause":
      if (p.state !== "active" || p.paused || pauses.some(([from, to]) => known(from) || (to !== null && Date.parse(to) > at))) return p;
      return { ...p, paused: true, pauses: [...pauses, [time, null]] };
    case "resume": {
      const last = pauses.at(-1);
      if (p.state !== "active" || !p.paused || last === undefined || Date.parse(last[0]) > at) return p;
      return { ...p, paused: false, pauses: [...pauses.slice(0, -1), [last[0], time]] };
    }
    case "end":
      return p.state === "active" ? { ...p, state: "done", paused: false, ended_at: time } : p;
  }
}

/** Gives how long a patrol was walked until a moment, without its pauses. Milliseconds. */
export function walkedMs(p: Patrol, now: number): number {
  if (p.started_at === null || p.started_at === undefined) return 0;
  const from = Date.parse(p.started_at);
  const until = p.ended_at === null || p.ended_at === undefined ? now : Date.parse(p.ended_at);
  let ms = until - from;
  for (const [a, b] of p.pauses ?? []) {
    const [start, end] = [Math.max(Date.parse(a), from), Math.min(b === null ? until : Date.parse(b), until)];
    if (end > start) ms -= end - start;
  }
  return Math.max(ms, 0);
}

/** The groups of the list, in its order. */
export const parts = ["active", "start_overdue", "ready", "scheduled", "done"] as const;
export type Part = (typeof parts)[number];

/** Sorts patrols into the groups of the list; what is done is shown on its day alone, and what is cancelled while it would be to come. */
export function arrange(all: readonly Patrol[], dayStart: number): { part: Part; patrols: Patrol[] }[] {
  const of = (part: Part): Patrol[] =>
    all
      .filter((p) => {
        if (p.state === "cancelled") return part === "done" && Date.parse(p.planned_end) >= dayStart;
        return p.state === part && (part !== "done" || Date.parse(p.ended_at ?? p.planned_end) >= dayStart);
      })
      .sort((a, b) => Date.parse(a.planned_start) - Date.parse(b.planned_start) || (a.id < b.id ? -1 : 1));
  return parts.map((part) => ({ part, patrols: of(part) })).filter((g) => g.patrols.length > 0);
}

/** The clock of the district runs eight hours before UTC, without summer time. */
const aheadMs = 8 * 3_600_000;
const dayMs = 86_400_000;

/** Gives when the district's day of a moment begins. Milliseconds. */
export function dayStart(at: number): number {
  return Math.floor((at + aheadMs) / dayMs) * dayMs - aheadMs;
}

/** Gives the district's date of a moment, YYYY-MM-DD. */
export function dateOf(at: number): string {
  return new Date(at + aheadMs).toISOString().slice(0, 10);
}

/** How a checkpoint of a patrol stands. */
export type Standing = "visited" | "due" | "overdue";

/** Says how a checkpoint stands: visited once somebody was there on this patrol, for this phone or for the server. One where nobody ever was is not late. */
export function standingOf(c: Pick<PatrolCheckpoint, "due_at" | "state">, visitedAt: number | null, now: number): Standing {
  if (visitedAt !== null) return "visited";
  return c.state !== "never" && c.due_at !== null && c.due_at !== undefined && Date.parse(c.due_at) < now ? "overdue" : "due";
}
