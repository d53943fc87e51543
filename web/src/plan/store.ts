import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import { ApiError } from "../api/client";
import * as client from "./client";
import { PlanError } from "./client";
import { differences, readAll, readBase, usuallyLocked, type Known, type PlanApi, type Read } from "./load";
import { newTallies } from "./model/tallies";
import { newTopology } from "./model/topology";
import type { Tallies, Topology } from "./model/types";
import { passing, Queue, type Outcome } from "./queue";
import { sameOperation } from "./same";
import type { Basis, ChangedArea, HistoryEntry, Operation, OperationAnswer, PlanProblem, PlanWithHistory } from "./types";

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

/** What became of areas, and whose doing it was; `by` is null where that is not told. */
export interface Changed {
  readonly areas: readonly ChangedArea[];
  readonly mine: boolean;
  readonly elsewhere: boolean;
  readonly by: string | null;
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
  /** What was queued was not taken because nobody is signed in any more. */
  readonly signedOut: ReadonlySignal<boolean>;
  /** Since when the queue waits for the server to be reached again; null while it does not. */
  readonly waiting: ReadonlySignal<Date | null>;
  readonly refused: ReadonlySignal<Refused | null>;
  /** What was changed last, by whom: for showing it. `mine` is false for another planner's, `elsewhere` true for one's own from another window. */
  readonly changed: ReadonlySignal<Changed | null>;
  /** What an undo would undo, and a redo do again, once all that is queued is done. */
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

/** How long after the last change the whole plan is checked, in milliseconds. */
const checkAfter = 700;
/** How long it is waited before a plan that could not be read is read again. */
const readAgain = 3_000;

/** Opens a plan for editing, with the reports of the last `days` days. What it asks for are the requests of `client.ts`, of which tests put others. */
export function openPlan(id: string, days = 365, api: PlanApi = client): PlanStore {
  return new OpenPlan(id, days, api);
}

class OpenPlan implements PlanStore {
  readonly reading = signal<Reading>("reading");
  readonly plan = signal<PlanWithHistory | null>(null);
  readonly topology = signal<Topology | null>(null);
  readonly tallies = signal<Tallies | null>(null);
  readonly basis = signal<Basis | null>(null);
  readonly problems = signal<readonly PlanProblem[]>([]);
  readonly checking = signal(false);
  readonly refused = signal<Refused | null>(null);
  readonly signedOut = signal(false);
  readonly changed = signal<Changed | null>(null);

  private readonly queue = new Queue((what, unsure) => this.send(what, unsure), () => this.settled());
  readonly pending = this.queue.pending;
  readonly waiting = this.queue.waiting;
  readonly undoable = computed(() => this.ahead().done.at(-1) ?? null);
  readonly redoable = computed(() => this.ahead().undone.at(-1) ?? null);

  private readonly end = new AbortController();
  /** The boundaries as the server has them. */
  private server: Topology | null = null;
  /** The newest version of which they are all known: another planner may have done something since. */
  private whole: Known | null = null;
  /** The newest version that an event told of. */
  private heard = 0;
  private rereading: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private basisTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly id: string,
    private days: number,
    private readonly api: PlanApi,
  ) {
    if (typeof addEventListener === "function") addEventListener("online", () => this.retry(), { signal: this.end.signal });
    void this.reread();
  }

  run(op: Operation): Promise<boolean> {
    const end = this.queue.add({ do: "operate", op });
    this.show();
    return end;
  }

  undo(): Promise<boolean> {
    return this.queue.add({ do: "undo" });
  }

  redo(): Promise<boolean> {
    return this.queue.add({ do: "redo" });
  }

  retry(): void {
    this.signedOut.value = false;
    this.queue.hurry();
    if (this.reading.peek() === "away") void this.reread();
  }

  drop(): void {
    this.queue.drop();
    this.show();
    // Of what was on its way it is not known whether it was done.
    void this.reread();
  }

  understood(): void {
    this.refused.value = null;
  }

  hear(event: { plan: string; version: number }): void {
    if (event.plan !== this.id) return;
    this.heard = Math.max(this.heard, event.version);
    // What is on its way may be what is told of.
    if (this.pending.peek().length === 0) this.settled();
  }

  reread(): Promise<void> {
    this.rereading ??= this.readEverything().finally(() => (this.rereading = null));
    return this.rereading;
  }

  async setDays(days: number): Promise<void> {
    this.days = days;
    await this.readBasis();
  }

  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.basisTimer);
    this.end.abort();
    this.queue.close();
  }

  private get closed(): boolean {
    return this.end.signal.aborted;
  }

  /** What will be done and undone, the last last, once all that is queued is. */
  private ahead(): { done: HistoryEntry[]; undone: HistoryEntry[] } {
    const plan = this.plan.value;
    if (plan === null) return { done: [], undone: [] };
    const done = [...plan.history];
    let undone = [...this.undone, plan.redo].filter((e) => e !== null);
    for (const { what } of this.pending.value) {
      if (what.do === "operate") {
        done.push({ n: done.length + 1, op: what.op, by: { name: "", me: true }, at: plan.updated_at });
        undone = [];
        continue;
      }
      const [from, to] = what.do === "undo" ? [done, undone] : [undone, done];
      const entry = from.pop();
      if (entry !== undefined) to.push(entry);
    }
    return { done, undone };
  }

  private async readEverything(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const read = await readAll(this.api, this.id, this.whole, this.end.signal);
      const { plan } = read;
      if (this.closed) return;
      const known = this.plan.peek();
      // Something was done while it was read.
      if (known !== null && plan.version < known.version) return await this.readEverything();
      batch(() => {
        this.plan.value = plan;
        this.undone = [];
        this.reading.value = "ready";
        this.takeAll(read);
      });
      this.checkSoon();
      if (this.basis.peek() === null || known?.base_revision !== plan.base_revision) await this.readBasis();
    } catch (e) {
      this.unread(e);
    }
  }

  /** Takes over areas as they were read. */
  private takeAll({ plan, features, whole }: Read): void {
    const areas = this.server === null ? [] : differences(this.server, features, whole);
    this.server = this.server === null ? newTopology(features, this.basis.peek()?.locked ?? usuallyLocked) : this.server.replaceAreas(areas);
    const before = this.whole?.plan.history.length ?? 0;
    this.whole = { plan, topology: this.server };
    this.show();
    if (areas.length === 0) return;
    // Who undid something is not told.
    const last = plan.history.length > before ? plan.history.at(-1)?.by : undefined;
    this.changed.value = { areas, mine: false, elsewhere: last?.me === true, by: last === undefined || last.me ? null : last.name };
  }

  private unread(e: unknown): void {
    if (this.closed) return;
    if (!passing(e)) {
      if (!(e instanceof ApiError)) throw e;
      this.reading.value = "gone";
      this.queue.drop();
      return;
    }
    // What is on the screen stays; only where there is nothing yet it is said.
    if (this.plan.peek() === null) this.reading.value = "away";
    this.timer = setTimeout(() => void this.reread(), readAgain);
  }

  /** Reads what the tallies need. Editing goes on without them. */
  private async readBasis(): Promise<void> {
    const plan = this.plan.peek();
    if (plan === null) return;
    const { days } = this;
    clearTimeout(this.basisTimer);
    try {
      const [basis, base] = await Promise.all([this.api.basis(this.id, days, this.end.signal), readBase(this.api, plan, "grid", this.end.signal)]);
      if (this.closed || days !== this.days) return;
      batch(() => {
        this.basis.value = basis;
        if (this.server !== null) this.server = this.server.withLocked(basis.locked);
        this.tallies.value = newTallies(basis, days, base);
        this.show();
      });
    } catch (e) {
      if (this.closed) return;
      if (!(e instanceof ApiError)) throw e;
      if (passing(e)) this.basisTimer = setTimeout(() => void this.readBasis(), readAgain);
    }
  }

  /** Shows the boundaries with what is queued in them, and counts them. */
  private show(): void {
    if (this.server === null) return;
    let shown = this.server;
    for (const { what } of this.pending.peek()) {
      if (what.do === "operate") shown = shown.applied(what.op) ?? shown;
    }
    batch(() => {
      this.topology.value = shown;
      this.tallies.value = this.tallies.peek()?.follow(shown) ?? null;
    });
  }

  /** Does one thing of the queue. */
  private async send(what: Pending["what"], unsure: boolean): Promise<Outcome> {
    const before = this.plan.peek();
    try {
      if (before === null) {
        await this.reread();
        if (this.plan.peek() === null) return this.closed || this.reading.peek() === "gone" ? "refused" : "unsure";
        return await this.send(what, false);
      }
      if (unsure && (await this.wasDone(what, before))) return "done";
      this.take(what, await this.ask(what));
      this.signedOut.value = false;
      return "done";
    } catch (e) {
      if (this.closed) return "refused";
      if (passing(e)) {
        this.signedOut.value = e instanceof ApiError && e.problem?.status === 401;
        return "unsure";
      }
      if (!(e instanceof PlanError)) throw e;
      await this.refuse(what, e);
      return "refused";
    }
  }

  private ask(what: Pending["what"]): Promise<OperationAnswer> {
    const etag = this.plan.peek()?.etag;
    if (what.do === "operate") return this.api.operate(this.id, what.op, etag, this.end.signal);
    return what.do === "undo" ? this.api.undo(this.id, etag) : this.api.redo(this.id, etag);
  }

  /** Finds out whether something was done though its answer never came. */
  private async wasDone(what: Pending["what"], before: PlanWithHistory): Promise<boolean> {
    const now = await this.api.readPlan(this.id, this.end.signal);
    if (now.version === before.version) return false;
    const fresh = now.history.filter((e) => e.n > before.operations && e.by.me);
    const redone = before.redo?.op;
    const done =
      what.do === "operate" ? fresh.some((e) => sameOperation(e.op, what.op))
      : what.do === "undo" ? now.undone > before.undone
      : redone !== undefined && fresh.some((e) => sameOperation(e.op, redone));
    await this.reread();
    return done;
  }

  /** Takes over what the server did. */
  private take(what: Pending["what"], answer: OperationAnswer): void {
    const before = this.plan.peek();
    // It may have been read with all the rest while the answer was on its way.
    if (before === null || this.server === null || answer.version <= before.version) return;
    this.server = this.server.replaceAreas(answer.changed);
    const plan = { ...answer.plan, ...this.histories(before, what, answer) };
    // Where another planner did something in between the answer tells only of what was asked for.
    if (answer.version === before.version + 1 && before.version === this.whole?.plan.version) this.whole = { plan, topology: this.server };
    batch(() => {
      this.plan.value = plan;
      // What was queued before the refusal was known says nothing of whether it was read.
      if (!this.behind.has(what)) this.refused.value = null;
      this.changed.value = { areas: answer.changed, mine: true, elsewhere: false, by: null };
      const places = new Set(answer.problems.map(placeOf));
      this.problems.value = [...answer.problems, ...this.problems.peek().filter((p) => !places.has(placeOf(p)))];
      this.checking.value = true;
    });
  }

  private histories(before: PlanWithHistory, what: Pending["what"], answer: OperationAnswer): Pick<PlanWithHistory, "history" | "undo" | "redo"> {
    if (what.do === "undo") {
      const history = before.history.slice(0, -1);
      this.undone.push(before.redo);
      return { history, undo: history.at(-1) ?? null, redo: answer.operation ?? before.undo };
    }
    let entry = answer.operation ?? before.redo;
    if (what.do === "operate") {
      entry = { n: answer.plan.operations, op: what.op, by: { name: "", me: true }, at: answer.plan.updated_at };
      this.undone = [];
    }
    const history = entry === null ? before.history : [...before.history, entry];
    return { history, undo: history.at(-1) ?? null, redo: answer.plan.undone === 0 ? null : (this.undone.pop() ?? null) };
  }

  /** What would be redone after what would be redone first, the last first. */
  private undone: (HistoryEntry | null)[] = [];

  /** What was queued already when something was refused. */
  private behind = new Set<Pending["what"]>();

  private async refuse(what: Pending["what"], error: PlanError): Promise<void> {
    // What builds on what was refused is refused too: the first reason is the one to read.
    if (this.refused.peek() === null || !this.behind.has(what)) {
      this.refused.value = { what, error };
      this.behind = new Set(this.pending.peek().map((p) => p.what));
    }
    if (error.status === 404) {
      this.reading.value = "gone";
      this.queue.drop();
    } else if (error.status === 409 || error.status === 412) {
      // Where somebody else changed the same, that is to be seen.
      if (error.type !== "locked") await this.reread();
    }
  }

  /** Nothing is queued any more. */
  private settled(): void {
    if (this.closed) return;
    this.show();
    const known = this.plan.peek();
    if (known === null) return;
    // What would be redone is not always told.
    const redoUnknown = known.undone > 0 && known.redo === null;
    if (this.heard > known.version || this.whole?.plan.version !== known.version || redoUnknown) {
      void this.reread().then(() => (this.heard = Math.min(this.heard, this.plan.peek()?.version ?? 0)));
    } else if (this.checking.peek()) this.checkSoon();
  }

  private checkSoon(): void {
    this.checking.value = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check(), checkAfter);
  }

  private async check(): Promise<void> {
    const of = this.plan.peek()?.etag;
    try {
      const { etag, errors, warnings } = await this.api.check(this.id, this.end.signal);
      if (this.closed || this.pending.peek().length > 0 || of !== this.plan.peek()?.etag) return;
      this.problems.value = [...errors, ...warnings];
      // Another planner's state was checked: news of it are on their way.
      this.checking.value = etag !== of;
    } catch (e) {
      if (!this.closed && passing(e)) this.timer = setTimeout(() => void this.check(), readAgain);
    }
  }
}

function placeOf(p: PlanProblem): string {
  return `${p.problem} ${p.areas.join(" ")} ${p.lon} ${p.lat}`;
}
