import { effect, signal } from "@preact/signals";
import { endSession, who } from "../state/session";
import { tell } from "../state/store";
import { reasonOf } from "./refusal";
import { openPlan, type PlanStore } from "./store";

/** A plan that was left while something of it was not saved yet. */
interface Left {
  store: PlanStore;
  owner: string | null;
  end: () => void;
}

/** The plans that are open, and who opened them. */
const open = new Map<PlanStore, string | null>();
const left = new Map<string, Left>();
/** Counts the changes of `left`. */
const changes = signal(0);

const nameNow = () => who.peek()?.name ?? null;

/** Gives how many steps of a plan that was left wait to be saved. */
export function stepsLeft(id: string): number {
  void changes.value;
  return left.get(id)?.store.pending.value.length ?? 0;
}

/** Opens a plan for editing, with what was not saved yet when it was left. */
export function enterPlan(id: string, days: number): PlanStore {
  const kept = left.get(id);
  left.delete(id);
  kept?.end();
  const before = kept?.owner === nameNow() ? kept : undefined;
  if (before === undefined) kept?.store.close();
  const store = before?.store ?? openPlan(id, days);
  if (before !== undefined) {
    void store.setDays(days);
    store.retry();
  }
  open.set(store, nameNow());
  return store;
}

function shut(store: PlanStore): void {
  open.delete(store);
  store.close();
}

/** Leaves a plan: what is on its way to the server, or waits for it, is still saved. */
export function leavePlan(store: PlanStore): void {
  if (store.pending.peek().length === 0) {
    shut(store);
    return;
  }
  const { id } = store;
  const owner = open.get(store) ?? null;
  const end = effect(() => {
    const me = who.value;
    const over = store.pending.value.length === 0;
    // Nobody sends another person's steps as their own.
    const another = me !== null && me !== undefined && owner !== null && me.name !== owner;
    const refused = store.refused.value;
    if (!over && !another) return;
    queueMicrotask(() => {
      if (left.get(id)?.store !== store) return;
      left.get(id)?.end();
      left.delete(id);
      changes.value++;
      if (refused !== null) tell(reasonOf(refused));
      shut(store);
    });
  });
  left.set(id, { store, owner, end });
  changes.value++;
}

/** Watches whether the session of whoever edits ends, until the function that is given is called: then signing in comes first. */
export function watchSession(store: PlanStore): () => void {
  return effect(() => {
    if (store.signedOut.value) endSession();
  });
}

// A page that is closed takes with it what is not saved.
addEventListener("beforeunload", (e) => {
  if ([...open.keys()].some((s) => s.pending.peek().length > 0)) e.preventDefault();
});
