import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { newKey } from "../report/number";
import { owner } from "./account";
import { attempt } from "./attempt";
import { bytesOf, itemOf, lengthened, nextOf, type Item, type NewItem, type Refusal } from "./item";
import { evicted, marked, markWaiting } from "./marker";
import { delayS, type Why } from "./outcome";
import { append, lastItem, open, readItem, readItems, wasThere, within } from "./store";
import { checkSession, who } from "../state/session";

export type { Item, ItemFile, ItemKind, NewItem, Refusal } from "./item";
export { NotKept } from "./store";

const items = signal<readonly Item[]>([]);

/** What waits on this phone for whoever is, or was last, signed in; in the order in which it goes out. */
export const outbox: ReadonlySignal<readonly Item[]> = items;
/** The key of the item that this page is sending. */
export const sending = signal<string | null>(null);
/** Why nothing is sent now, and when (milliseconds) it is tried again; null: only when asked to. */
export const pause = signal<{ why: Why; until: number | null } | null>(null);
/** How many wait, and how many of them were refused. */
export const waitingCount = computed(() => items.value.length);
export const refusedCount = computed(() => items.value.filter((i) => i.state === "refused").length);
/** How many bytes they take. */
export const waitingBytes = computed(() => items.value.reduce((n, i) => n + bytesOf(i), 0));

/** What became of an item that left the outbox, or was refused. */
export type Fate = { kind: "sent"; item: Item; answer: unknown } | { kind: "refused"; item: Item; refusal: Refusal } | { kind: "discarded"; item: Item };

const listeners = new Set<(f: Fate) => void>();

/** Hears of every item that was sent, refused or thrown away, by any page of this browser. Gives the end of it. */
export function onFate(listener: (f: Fate) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// Pages tell each other; a browser without the means finds out when it looks.
const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("gridpatrol-outbox") : null;
interface Told {
  account: string;
  fate: Fate | null;
}

function tellPages(account: string, fate: Fate | null): void {
  if (fate !== null) for (const l of listeners) l(fate);
  channel?.postMessage({ account, fate } satisfies Told);
}

if (channel !== null) {
  channel.onmessage = (e: MessageEvent<Told>) => {
    if (e.data.account !== owner.peek()) return;
    void reload();
    if (e.data.fate !== null) for (const l of listeners) l(e.data.fate);
  };
}

async function reload(): Promise<readonly Item[]> {
  const account = owner.peek();
  const found = account === null ? [] : await readItems(account).catch((): Item[] => []);
  if (account === owner.peek()) {
    items.value = found;
    if (account !== null) markWaiting(account, found.length);
  }
  return found;
}

/** Settles when what an earlier page left is in `outbox`. */
export let ready: Promise<unknown> = Promise.resolve();
effect(() => {
  const account = owner.value;
  items.value = [];
  ready = account === null ? Promise.resolve() : takeUp(account);
});

/** Reads what is there, and notices where the browser has made room by emptying it. */
async function takeUp(account: string): Promise<void> {
  const had = marked(account);
  const before = await wasThere(account).catch(() => true);
  await reload();
  if (!before && had > 0 && owner.peek() === account) evicted.value = had;
}

function mine(): string {
  const account = owner.peek();
  if (account === null) throw new Error("nobody has been signed in on this phone");
  return account;
}

/**
 * Keeps something until the server has it, and begins to send. It settles when
 * it is on the phone's disk: from then on it is not lost. Throws NotKept where
 * the phone has no room for it; nothing is kept then.
 */
export async function enqueue(n: NewItem): Promise<Item> {
  const account = mine();
  const item = await within(open("outbox", account), (s) => append(s, itemOf(n, newKey, Date.now())));
  await reload();
  tellPages(account, null);
  void flush();
  return item;
}

/**
 * Keeps lines of a patrol's track (NDJSON, a fix each). They are added to those
 * that wait already, so that hours without signal make few items; what has
 * been put in for the patrol since then stays between them.
 */
export async function enqueueTrack(patrol: string, path: string, lines: readonly string[], label: string): Promise<void> {
  if (lines.length === 0) return;
  const account = mine();
  const subject = `patrol/${patrol}`;
  await within(open("outbox", account), async (s) => {
    const last = await lastItem(s, subject);
    const longer = lengthened(last, lines, newKey);
    if (longer !== null) s.put(longer, longer.seq);
    else {
      const body = lines.map((l) => `${l}\n`).join("");
      await append(s, itemOf({ kind: "track", subject, path, body, type: "application/x-ndjson", label }, newKey, Date.now()));
    }
  });
  await reload();
  tellPages(account, null);
  void flush();
}

/** Changes an item that was refused, and sends it again: something else to send goes under another key. */
export async function correct(seq: number, change: Partial<Pick<Item, "body" | "files" | "headers" | "label" | "about">>): Promise<void> {
  const account = mine();
  await within(open("outbox", account), async (s) => {
    const item = await readItem(s, seq);
    if (item === undefined) return;
    const { refusal: _, ...rest } = item;
    const same = Object.keys(change).length === 0 && item.refusal?.type !== "idempotency-key-reused";
    s.put({ ...rest, ...change, id: same ? item.id : newKey(), state: "waiting" } satisfies Item, seq);
  });
  await reload();
  tellPages(account, null);
  void flush();
}

/** Throws an item away, by its key. Whoever calls has asked. It gives false where it is gone already: the server has it. */
export async function discard(id: string): Promise<boolean> {
  const account = mine();
  const gone = await within(open("outbox", account), async (s) => {
    const item = items.peek().find((i) => i.id === id);
    const now = item === undefined ? undefined : await readItem(s, item.seq);
    if (now?.id !== id) return undefined;
    s.delete(now.seq);
    return now;
  });
  await reload();
  if (gone !== undefined) tellPages(account, { kind: "discarded", item: gone });
  void flush();
  return gone !== undefined;
}

/** Waits for what becomes of an item; null where it cannot be sent now, or not within so many milliseconds. It stays in the outbox then. */
export function fateOf(id: string, patienceMs: number): Promise<Fate | null> {
  return new Promise((resolve) => {
    let ends: (() => void)[] = [];
    const end = (f: Fate | null) => {
      for (const e of ends) e();
      ends = [];
      resolve(f);
    };
    const timer = setTimeout(() => end(null), patienceMs);
    ends = [
      () => clearTimeout(timer),
      onFate((f) => {
        if (f.item.id === id) end(f);
      }),
    ];
    // What stood before it was put in is not about it.
    const before = pause.peek();
    ends.push(
      effect(() => {
        if (pause.value !== null && pause.value !== before) queueMicrotask(() => end(null));
      }),
    );
  });
}

let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let running: Promise<void> | null = null;
let again = false;

/** Sends what waits, now, whatever the plan was. It settles when that is done, or cannot be now. */
export function flush(): Promise<void> {
  if (running !== null) {
    again = true;
    return running;
  }
  running = (async () => {
    do {
      again = false;
      await alone(drain);
    } while (again);
  })().finally(() => (running = null));
  return running;
}

/** Tries at once because somebody asked: what went wrong before counts no more. */
export function tryNow(): Promise<void> {
  failures = 0;
  return flush();
}

/** Of all pages of the browser one sends at a time. Without the means two may: the keys make that harmless. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (navigator.locks === undefined) return work();
  await navigator.locks.request("gridpatrol-outbox", work);
}

function later(why: Why, waitS: number | null): void {
  clearTimeout(timer);
  failures++;
  const until = why === "signin" ? null : Date.now() + (waitS ?? delayS(failures)) * 1000;
  pause.value = { why, until };
  if (until !== null) timer = setTimeout(() => void flush(), until - Date.now());
}

async function drain(): Promise<void> {
  clearTimeout(timer);
  // What makes trouble by itself holds back its own subject, and nothing else.
  const skip = new Set<string>();
  for (;;) {
    const account = owner.peek();
    const next = nextOf(await reload(), skip);
    if (account === null || next === undefined) {
      if (skip.size === 0) pause.value = null;
      else later("fault", null);
      return;
    }
    if (who.peek() === null) return later("signin", null);
    if (!navigator.onLine) return later("away", null);
    sending.value = next.id;
    const outcome = await attempt(next, account);
    sending.value = null;
    if (outcome.kind === "accepted") {
      failures = 0;
      pause.value = null;
      await settle(account, next, outcome.answer, outcome.etag);
    } else if (outcome.kind === "refused") {
      failures = 0;
      await refuse(account, next, outcome.refusal);
    } else if (outcome.why === "fault") skip.add(next.subject);
    else {
      // Where a session is there all the same it is somebody else's.
      if (outcome.why === "signin") await checkSession();
      return later(outcome.why, outcome.waitS);
    }
  }
}

/** Sends something at once that the phone has no room to keep, and says what came of it; null where it did not get through. */
export async function sendUnkept(n: NewItem): Promise<Fate | null> {
  const item = itemOf(n, newKey, Date.now());
  const outcome = await attempt(item, mine());
  if (outcome.kind === "accepted") return { kind: "sent", item, answer: outcome.answer };
  return outcome.kind === "refused" ? { kind: "refused", item, refusal: outcome.refusal } : null;
}

/** Takes out what the server has. What waits about the same was meant for what it has become by that. */
async function settle(account: string, item: Item, answer: unknown, etag: string | null): Promise<void> {
  await within(open("outbox", account), async (s) => {
    const now = await readItem(s, item.seq);
    // A track that has grown meanwhile goes out once more, as a whole.
    if (now?.id === item.id) s.delete(item.seq);
    if (etag === null) return;
    for (const o of items.peek()) {
      if (o.seq <= item.seq || o.subject !== item.subject || o.headers["If-Match"] === undefined) continue;
      const waits = await readItem(s, o.seq);
      if (waits?.state === "waiting") s.put({ ...waits, headers: { ...waits.headers, "If-Match": etag } }, waits.seq);
    }
  });
  await reload();
  tellPages(account, { kind: "sent", item, answer });
}

async function refuse(account: string, item: Item, refusal: Refusal): Promise<void> {
  const stopped: Item = { ...item, state: "refused", refusal };
  await within(open("outbox", account), async (s) => {
    const now = await readItem(s, item.seq);
    if (now?.id === item.id) s.put(stopped, item.seq);
  });
  await reload();
  tellPages(account, { kind: "refused", item: stopped, refusal });
}
