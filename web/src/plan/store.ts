import type { ReadonlySignal } from "@preact/signals";
import type { PlanError } from "./client";
import type { Tallies, Topology } from "./model/types";
import type { Basis, ChangedArea, HistoryEntry, Operation, PlanProblem, PlanWithHistory } from "./types";

/** How far a plan is read: "gone" where it is not there for who asks, "away" while no server answers (it is tried again). */
export type Reading = "reading" | "ready" | "gone" | "away";

/** An operation that the server has not answered yet. */
export interface Pending {
  readonly id: number;
  readonly what: { readonly do: "operate"; readonly op: Operation } | { readonly do: "undo" | "redo" };
}

/** What the server said to an operation it did not do; `what` is kept so that it can be tried again. */
export interface Refused {
  readonly what: Pending["what"];
  readonly error: PlanError;
}

/**
 * A plan while it is edited. What a planner does is queued and sent one after
 * the other; while the server cannot be reached it stays queued and is tried
 * again. What it refuses is in `refused`, and all that was queued behind it is
 * still sent. Made by `openPlan`.
 */
export interface PlanStore {
  readonly id: string;
  readonly reading: ReadonlySignal<Reading>;
  /** The plan as the server told it last; null before. */
  readonly plan: ReadonlySignal<PlanWithHistory | null>;
  /** The boundaries with the queued node operations in them already; null before they are read. */
  readonly topology: ReadonlySignal<Topology | null>;
  /** Numbers of grids in the plan as the server has it. */
  readonly tallies: ReadonlySignal<Tallies | null>;
  readonly basis: ReadonlySignal<Basis | null>;
  /** Problems of the whole plan, as last checked; `checking` while that is not of the present state. */
  readonly problems: ReadonlySignal<readonly PlanProblem[]>;
  readonly checking: ReadonlySignal<boolean>;
  /** What is not answered yet, the first first. */
  readonly pending: ReadonlySignal<readonly Pending[]>;
  /** Since when the queue waits for the server to be reached again; null while it does not. */
  readonly waiting: ReadonlySignal<Date | null>;
  readonly refused: ReadonlySignal<Refused | null>;
  /** What was changed last, by whom: for showing it. `mine` is false for another planner's. */
  readonly changed: ReadonlySignal<{ readonly areas: readonly ChangedArea[]; readonly mine: boolean; readonly by: string | null } | null>;
  readonly undoable: ReadonlySignal<HistoryEntry | null>;
  readonly redoable: ReadonlySignal<HistoryEntry | null>;

  /** Queues an operation. The promise says whether the server did it. */
  run(op: Operation): Promise<boolean>;
  undo(): Promise<boolean>;
  redo(): Promise<boolean>;
  /** Tries at once to reach the server. */
  retry(): void;
  /** Gives up what is queued. */
  drop(): void;
  /** Takes note that `refused` was read. */
  understood(): void;
  /** Tells of an event "plan.changed". */
  hear(event: { plan: string; version: number; etag: string; status: string; by?: string }): void;
  /** Reads everything anew, as after another planner's edits or a rebase. */
  reread(): Promise<void>;
  /** Makes the tallies of another number of days. */
  setDays(days: number): Promise<void>;
  /** Ends all that goes on. */
  close(): void;
}
