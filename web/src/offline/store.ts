import { createStore, promisifyRequest, type UseStore } from "idb-keyval";
import type { Item } from "./item";

// One database an account: what is another's cannot even be read by mistake,
// and forgetting somebody is deleting databases. Items lie in one store, so a
// transaction over it is all the consistency the queue needs.

/** Gives the name of a database of an account; all that is kept for one ends in its id. */
export function databaseOf(what: "outbox" | "kept", account: string): string {
  return `gridpatrol-${what}-${account}`;
}

const opened = new Map<string, UseStore>();

/** Opens a database of an account. */
export function open(what: "outbox" | "kept", account: string): UseStore {
  const name = databaseOf(what, account);
  const known = opened.get(name);
  if (known !== undefined) return known;
  const store = createStore(name, "kept");
  opened.set(name, store);
  return store;
}

/** The phone has no room for what is to be kept, or this browser keeps nothing. */
export class NotKept extends Error {
  constructor(readonly full: boolean) {
    super(full ? "the storage is full" : "this browser keeps nothing");
  }
}

/** Some browsers that keep nothing never answer: so long is waited, in milliseconds. */
const patienceMs = 15_000;

/** Works on the store, and says where nothing can be kept. */
export async function tried<T>(work: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await Promise.race([
      work(),
      new Promise<never>((_, no) => {
        timer = setTimeout(() => no(new NotKept(false)), patienceMs);
      }),
    ]);
  } catch (e) {
    if (e instanceof NotKept) throw e;
    // Chrome and Firefox name it so; Safari calls it an unknown error of the transaction.
    const full = e instanceof DOMException && (e.name === "QuotaExceededError" || /quota|space|disk/i.test(e.message));
    throw new NotKept(full);
  } finally {
    clearTimeout(timer);
  }
}

/** Works on a store within one transaction, and settles when that is on disk. */
export function within<T>(store: UseStore, work: (s: IDBObjectStore) => Promise<T>): Promise<T> {
  return tried(() =>
    store("readwrite", async (s) => {
      const done = promisifyRequest(s.transaction);
      // The transaction's own error is the one that says why.
      done.catch(() => undefined);
      let result: T;
      try {
        result = await work(s);
      } catch (e) {
        await done;
        throw e;
      }
      await done;
      return result;
    }),
  );
}

/** Under this key an outbox says that it is not new; the places of items begin after it. */
const bornKey = 0;
const places = () => IDBKeyRange.lowerBound(bornKey, true);

/** Gives all items of an account, in their order. */
export function readItems(account: string): Promise<Item[]> {
  return tried(() => open("outbox", account)("readonly", (s) => promisifyRequest(s.getAll(places()) as IDBRequest<Item[]>)));
}

/** Reports whether an outbox was there before. From then on it was. */
export function wasThere(account: string): Promise<boolean> {
  return within(open("outbox", account), async (s) => {
    const born = await promisifyRequest(s.get(bornKey) as IDBRequest<unknown>);
    if (born === undefined) s.put(Date.now(), bornKey);
    return born !== undefined;
  });
}

/** Gives the last item, of a subject or of all; there may be none. */
export function lastItem(s: IDBObjectStore, subject?: string): Promise<Item | undefined> {
  return new Promise((resolve, reject) => {
    const asked = s.openCursor(places(), "prev");
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const item = asked.result?.value as Item | undefined;
      if (item === undefined || subject === undefined || item.subject === subject) resolve(item);
      else asked.result?.continue();
    };
  });
}

/** Puts an item at the end of the queue, and gives it with its place there. */
export async function append(s: IDBObjectStore, item: Item): Promise<Item> {
  const placed = { ...item, seq: ((await lastItem(s))?.seq ?? 0) + 1 };
  s.put(placed, placed.seq);
  return placed;
}

/** Reads an item in a transaction. */
export function readItem(s: IDBObjectStore, seq: number): Promise<Item | undefined> {
  return promisifyRequest(s.get(seq) as IDBRequest<Item | undefined>);
}

/** Empties every database of an account, but the outbox where that is to stay. Deleting would wait for the pages that have them open. */
export async function forget(account: string, keepOutbox: boolean): Promise<void> {
  const names = new Set([databaseOf("kept", account), ...(keepOutbox ? [] : [databaseOf("outbox", account)])]);
  const there = typeof indexedDB.databases === "function" ? await indexedDB.databases().catch(() => []) : [];
  for (const { name } of there) {
    if (name?.endsWith(account) === true && (!keepOutbox || name !== databaseOf("outbox", account))) names.add(name);
  }
  await Promise.all([...names].map((name) => tried(() => empty(name)).catch(() => undefined)));
}

function empty(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name);
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const db = asked.result;
      const stores = [...db.objectStoreNames];
      const end = () => {
        db.close();
        resolve();
      };
      if (stores.length === 0) {
        // It was not there: a database without a store would be of no use to whoever opens it next.
        db.close();
        const gone = indexedDB.deleteDatabase(name);
        gone.onsuccess = gone.onerror = gone.onblocked = () => resolve();
        return;
      }
      const work = db.transaction(stores, "readwrite");
      for (const s of stores) work.objectStore(s).clear();
      work.oncomplete = end;
      work.onabort = end;
    };
  });
}
