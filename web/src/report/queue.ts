import { batch, signal } from "@preact/signals";
import type { Report } from "../api/reports";
import { draft, isBlank, next, photos, replace, takeUp, type Draft, type Waiting } from "./draft";
import { forgetWaiting, keepAsDraft, keepWaiting, readAll } from "./kept";
import { add } from "./mine";
import { newKey } from "./number";
import { delayS, type Refusal, type Why } from "./outcome";
import { send, type Progress } from "./send";
import { markWaiting } from "./waitingmark";
import { who } from "../state/session";

/** The reports that are not with the server yet, the oldest first. */
export const waiting = signal<Waiting[]>([]);
/** The key of the report that is being sent, and how far that is. */
export const sending = signal<{ key: string; progress: Progress | null } | null>(null);
/** Why nothing is sent now, and when (milliseconds) it is tried again; null: only when asked to. */
export const pause = signal<{ why: Why; until: number | null } | null>(null);
/** What the server said of the draft, when it was a report already. */
export const refusal = signal<Refusal | null>(null);
/** The reports that arrived since the page was opened, by key. */
export const arrived = signal<ReadonlyMap<string, Report>>(new Map());

let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Notes which reports are not with the server yet. */
export function setWaiting(list: Waiting[]): void {
  waiting.value = list;
  markWaiting(list.length);
}

/** Reads what an earlier page left, and goes on sending. It is done once. */
export const ready: Promise<void> = readAll().then((kept) => {
  takeUp(kept);
  setWaiting([...kept.waiting, ...waiting.peek()]);
  for (const w of kept.waiting) if (w.owner && w.stopped === null) hand(w);
  void pump();
});

/** Leaves a report of somebody with an account to the outbox. */
function hand(w: Waiting): void {
  import("../offline/reports").then((m) => m.hand(w), () => undefined);
}

/** Sends all that waits, one after the other: two at once would halve a slow line for both. */
async function pump(): Promise<void> {
  clearTimeout(timer);
  if (sending.peek() !== null) return;
  for (let w = nextOne(); w !== undefined; w = nextOne()) {
    const { key } = w;
    batch(() => {
      sending.value = { key, progress: null };
      pause.value = null;
    });
    const outcome = await send(w, (progress) => (sending.value = { key, progress }));
    if (outcome.kind === "accepted") {
      failures = 0;
      settle(w, outcome.report);
    } else if (outcome.kind === "refused") {
      failures = 0;
      sending.value = null;
      await stop(key, { type: outcome.type, pointer: outcome.pointer });
    } else {
      failures++;
      const waitS = outcome.waitS ?? delayS(failures);
      batch(() => {
        sending.value = null;
        pause.value = { why: outcome.why, until: outcome.why === "signin" ? null : Date.now() + waitS * 1000 };
      });
      if (outcome.why !== "signin") timer = setTimeout(() => void pump(), waitS * 1000);
      return;
    }
  }
}

function nextOne(): Waiting | undefined {
  return waiting.peek().find((w) => w.stopped === null && !w.owner);
}

/** Takes note that the server has a report. */
export function settle(w: Waiting, report: Report): void {
  add({ id: report.id, secret: report.properties.follow_secret ?? "", category: report.properties.category, at: report.properties.created_at });
  batch(() => {
    sending.value = null;
    arrived.value = new Map([...arrived.peek(), [w.key, report]]);
    drop(w.key);
  });
  void forgetWaiting(w).then(() => {
    for (const p of w.photos) photos.delete(p.id);
  });
}

/** Shows a report no more. */
export function drop(key: string): void {
  setWaiting(waiting.peek().filter((o) => o.key !== key));
}

/** Takes note that the server does not take a report. */
export async function stop(key: string, why: Refusal): Promise<void> {
  setWaiting(waiting.peek().map((w) => (w.key === key ? { ...w, stopped: why } : w)));
  const w = waiting.peek().find((o) => o.key === key);
  if (w === undefined) return;
  // Back to who wrote it, unless another is being written.
  if (isBlank(draft.peek())) await takeBack(key);
  else await keepWaiting(w, draft.peek());
}

/** Tries at once, whatever the plan was. */
export function tryNow(): void {
  failures = 0;
  void pump();
}

/** Sends the draft: from now on it waits until the server has it. Gives its key. */
export function submit(): string {
  const owner = who.peek()?.id;
  const w: Waiting = { ...draft.peek(), since: Date.now(), stopped: null, owner };
  const after = next(w);
  batch(() => {
    refusal.value = null;
    setWaiting([...waiting.peek(), w]);
    replace(after);
  });
  // Kept before the first byte goes out: the key must outlive the page.
  void keepWaiting(w, after).then(() => (owner ? hand(w) : tryNow()));
  return w.key;
}

/** Makes a report that was refused, or put aside, the draft again. What is being written meanwhile is put aside. */
export async function takeBack(key: string): Promise<void> {
  const w = waiting.peek().find((o) => o.key === key);
  if (w?.stopped == null) return;
  const { since: _, owner: _o, stopped, ...rest } = w;
  // The only way to another key; Draft says why.
  const d: Draft = stopped.type === "idempotency-key-reused" ? { ...rest, key: newKey() } : rest;
  const current = draft.peek();
  const others = waiting.peek().filter((o) => o.key !== key);
  const aside: Waiting | null = isBlank(current) ? null : { ...current, since: Date.now(), stopped: { type: "held", pointer: "" } };
  batch(() => {
    refusal.value = stopped.type === "held" ? null : stopped;
    replace(d);
    setWaiting(aside === null ? others : [...others, aside]);
  });
  if (aside !== null) await keepWaiting(aside, d);
  await keepAsDraft(key, d);
}

/** Throws a report away that was refused or put aside. */
export function discard(key: string): void {
  const w = waiting.peek().find((o) => o.key === key);
  if (w?.stopped == null) return;
  drop(key);
  void forgetWaiting(w);
}

addEventListener("online", tryNow);
