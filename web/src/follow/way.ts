import type { HistoryEntry, Status } from "../api/reports";

/** The states of a report that a sender waits for, in their order. */
export const way = ["reported", "dispatched", "accepted", "handled", "closed"] as const satisfies readonly Status[];

/** Whether a step is behind, where things stand, before us, or where they stopped on the way. */
export type StepState = "done" | "now" | "next" | "todo" | "stopped";

/** A step of the way, and when it was last taken: milliseconds, null where that is not known. */
export interface Step {
  status: Status;
  state: StepState;
  at: number | null;
}

/** How far along the way a state is; a verified report is still to be dispatched. */
function reached(status: Status): number {
  const i = (way as readonly Status[]).indexOf(status);
  return i < 0 ? 0 : i;
}

/**
 * Gives the steps of a report for a picture of its progress. What leaves the
 * way is shown as what it is: a returned or parked report stands where it was
 * given up, one that is rejected or a duplicate ends there.
 */
export function stepsOf(status: Status, history: readonly HistoryEntry[]): Step[] {
  const at = (s: Status): number | null => {
    const last = history.filter((e) => e.to === s && e.from !== s).at(-1);
    return last === undefined ? null : Date.parse(last.at);
  };
  const aside = status === "returned" || status === "parked" || status === "rejected" || status === "duplicate";
  // Where it stood when it left the way: what the last event led away from.
  const left = history.filter((e) => e.to === status && e.from !== status).at(-1)?.from;
  const far = aside ? reached(status === "returned" ? "reported" : (left ?? "reported")) : reached(status);
  const steps: Step[] = way.map((s, i) => ({
    status: s,
    state: i < far || (i === far && aside) ? "done" : i === far ? "now" : i === far + 1 && !aside ? "next" : "todo",
    at: i <= far ? at(s) : null,
  }));
  if (!aside) return steps;
  const stop: Step = { status, state: "stopped", at: at(status) };
  if (status === "rejected" || status === "duplicate") return [...steps.slice(0, far + 1), stop];
  return [...steps.slice(0, far + 1), stop, ...steps.slice(far + 1)];
}
