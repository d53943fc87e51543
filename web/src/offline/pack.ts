import { get, set } from "idb-keyval";
import { effect, signal } from "@preact/signals";
import { appInfo, type AppInfo } from "../api/app";
import { forgetAreas } from "../api/client";
import { app } from "../state/app";
import { now } from "../state/clock";
import { ask, found } from "../state/place";
import { can, who } from "../state/session";
import { owner } from "./account";
import { Lookup } from "./lookup";
import { isDue } from "./packdue";
import { readLand, type Land, type PackAnswer } from "./packread";
import { open, tried } from "./store";

// What GET /api/v1/pack gave is kept as the text it was, in the account's own
// database, and read when it is first needed: most starts have a network.

const key = "pack";

interface KeptPack {
  etag: string;
  /** When the server last said that it is so, in milliseconds. */
  at: number;
  revision: number;
  app: AppInfo;
  text: string;
}

/** A pack that was read. */
export interface OpenPack {
  account: string;
  answer: PackAnswer;
  land: Land;
  lookup: Lookup;
  /** What the server said of itself then. */
  app: AppInfo;
  /** When the server last said that it is so, in milliseconds. */
  at: number;
}

/** When the pack of this phone was last as the server has it, in milliseconds; null for none. */
export const packTime = signal<number | null>(null);

let opened: Promise<OpenPack | null> | null = null;
let openedFor: string | null = null;

function kept(account: string): Promise<KeptPack | undefined> {
  return tried(() => get<KeptPack>(key, open("kept", account)));
}

/** Gives the pack of whoever's phone this is; null where there is none. */
export function openPack(): Promise<OpenPack | null> {
  const account = owner.peek();
  if (account === null) return Promise.resolve(null);
  if (opened !== null && openedFor === account) return opened;
  openedFor = account;
  const mine = kept(account).then(
    (k) => {
      if (k === undefined) return null;
      const answer = JSON.parse(k.text) as PackAnswer;
      const land = readLand(answer);
      packTime.value = k.at;
      return { account, answer, land, lookup: new Lookup(land), app: k.app, at: k.at };
    },
    () => null,
  );
  opened = mine;
  // Nothing is not remembered: it may come.
  void mine.then((p) => {
    if (p === null && opened === mine) opened = null;
  });
  return mine;
}

/** Asks for the pack where it is new, and keeps it. Without a network or room nothing changes. */
export async function refreshPack(account: string): Promise<void> {
  const info = await appInfo();
  const had = await kept(account);
  if (!isDue(had, info.revision, Date.now())) {
    packTime.value = had?.at ?? null;
    return;
  }
  // So long at most, over the worst of lines: what hangs would keep it from being asked for again.
  const answer = await fetch("/api/v1/pack", { signal: AbortSignal.timeout(180_000), ...(had === undefined ? {} : { headers: { "If-None-Match": had.etag } }) });
  let next: KeptPack;
  if (answer.status === 304 && had !== undefined) next = { ...had, at: Date.now(), revision: info.revision, app: info };
  else if (answer.ok) {
    const text = await answer.text();
    next = { etag: answer.headers.get("ETag") ?? "", at: Date.now(), revision: (JSON.parse(text) as PackAnswer).revision, app: info, text };
  } else return;
  if (owner.peek() !== account) return;
  await tried(() => set(key, next, open("kept", account)));
  packTime.value = next.at;
  if (next.text !== had?.text) opened = null;
}

/** Who walks takes a pack along: officers, and whoever has installed the page. */
function wanted(): boolean {
  return can("read_patrols") && (who.value?.role === "officer" || matchMedia("(display-mode: standalone)").matches);
}

let running = false;

/** Keeps the pack of whoever is signed in as the server has it, for as long as the page is open. */
export function keepPack(): void {
  const look = () => {
    const account = owner.peek();
    if (running || account === null || !wanted() || who.peek()?.id !== account || !navigator.onLine || document.visibilityState === "hidden") return;
    running = true;
    refreshPack(account)
      // What is needed where there is no network cannot be fetched there.
      .then(() => Promise.all([import("./away"), import("./packmap")]))
      .catch(() => undefined)
      .finally(() => (running = false));
  };
  effect(() => {
    // Somebody signed in, boundaries were published, a minute went by.
    void [who.value, owner.value, app.value?.revision, now.value];
    look();
  });
  addEventListener("online", () => {
    // What was answered from the pack is asked for anew.
    forgetAreas();
    const f = found.peek();
    if ((f?.type === "area" ? f.feature : f?.located)?.note !== undefined) void ask();
    look();
  });
}
