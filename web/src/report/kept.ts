import { createStore, delMany, entries, promisifyRequest, set } from "idb-keyval";
import type { Draft, Waiting } from "./draft";

// What was written and not yet sent, across reloads and closing the browser.
// Photos lie apart from their report, so that a key stroke does not write
// megabytes. A browser that keeps nothing (some do so in private windows)
// loses a draft with the page, and no more.
const store = createStore("gridpatrol-report", "kept");

/** Whether this browser keeps what is given to it. */
export let keeps = true;

/** So long is waited for the browser, in milliseconds: some that keep nothing do not say so. */
const patienceMs = 4000;

async function tried(work: () => Promise<unknown>): Promise<void> {
  try {
    await Promise.race([work(), new Promise((_, no) => setTimeout(no, keeps ? patienceMs : 0))]);
  } catch {
    keeps = false;
  }
}

/** Everything that is kept. */
export interface Kept {
  draft: Draft | null;
  waiting: Waiting[];
  photos: Map<string, Blob>;
}

/** Reads everything that is kept; nothing where that cannot be read. */
export async function readAll(): Promise<Kept> {
  const kept: Kept = { draft: null, waiting: [], photos: new Map() };
  await tried(async () => {
    for (const [key, value] of await entries<string, unknown>(store)) {
      if (key === "draft") kept.draft = value as Draft;
      else if (key.startsWith("waiting/")) kept.waiting.push(value as Waiting);
      else if (value instanceof Blob) kept.photos.set(key.slice("photo/".length), value);
    }
  });
  kept.waiting.sort((a, b) => a.since - b.since);
  return kept;
}

/** Keeps the draft as it is. */
export function keepDraft(draft: Draft): Promise<void> {
  return tried(() => set("draft", draft, store));
}

/** Keeps a photo. */
export function keepPhoto(id: string, photo: Blob): Promise<void> {
  return tried(() => set(`photo/${id}`, photo, store));
}

/** Keeps a report that waits, and the draft beside it, at once: whatever happens in between, there is either one or the other. */
export function keepWaiting(waiting: Waiting, draft: Draft): Promise<void> {
  return tried(() =>
    store("readwrite", (s) => {
      s.put(waiting, `waiting/${waiting.key}`);
      s.put(draft, "draft");
      return promisifyRequest(s.transaction);
    }),
  );
}

/** Keeps a report that waited as the draft again, at once. */
export function keepAsDraft(key: string, draft: Draft): Promise<void> {
  return tried(() =>
    store("readwrite", (s) => {
      s.put(draft, "draft");
      s.delete(`waiting/${key}`);
      return promisifyRequest(s.transaction);
    }),
  );
}

/** Forgets photos. */
export function forgetPhotos(ids: readonly string[]): Promise<void> {
  return tried(() => delMany(ids.map((id) => `photo/${id}`), store));
}

/** Forgets a report that is with the server, and its photos. */
export function forgetWaiting(waiting: Waiting): Promise<void> {
  return tried(() => delMany([`waiting/${waiting.key}`, ...waiting.photos.map((p) => `photo/${p.id}`)], store));
}
