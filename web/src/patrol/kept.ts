import { delMany, entries, get, set } from "idb-keyval";
import type { Fix, MorningSheet, Patrol, PatrolCheckpoint } from "../api/patrols";
import type { Report } from "../api/reports";
import { open } from "../offline/store";
import type { Step } from "./here";

// What the phone knows of somebody's patrols without the server, in the
// account's own store: what was asked for last, what was done since, and the
// fixes that are not in the outbox yet. A browser that keeps nothing goes on as
// long as the page is open.
const storeOf = (account: string) => open("kept", account);

/** What the server said last, and when that was (milliseconds). */
export interface Known {
  patrols: Patrol[];
  /** Open reports of the areas, as they were. */
  reports: Report[];
  at: number;
}

/** What is kept of one patrol. */
export interface Walk {
  steps: Step[];
  /** When this phone was at checkpoints first, by id, in milliseconds. */
  seen: Record<PatrolCheckpoint["id"], number>;
  /** Fixes that the outbox has. */
  line: Fix[];
  /** Fixes that it has not. */
  pending: Fix[];
}

async function quiet<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch {
    return undefined;
  }
}

/** Gives what is kept of what the server said. */
export function readKnown(account: string): Promise<Known | undefined> {
  return quiet(get<Known>("patrol/known", storeOf(account)));
}

/** Keeps what the server said. */
export async function keepKnown(account: string, known: Known): Promise<void> {
  await quiet(set("patrol/known", known, storeOf(account)));
}

/** Gives what is kept of all patrols of an account, by their ids. */
export async function readWalks(account: string): Promise<Map<string, Walk>> {
  const walks = new Map<string, Walk>();
  const all = (await quiet(entries<string, unknown>(storeOf(account)))) ?? [];
  for (const [key, value] of all) {
    const [mine, what, patrol] = key.split("/");
    if (mine !== "patrol" || what === "known" || what === "sheet" || patrol === undefined) continue;
    const walk = walks.get(patrol) ?? { steps: [], seen: {}, line: [], pending: [] };
    if (what === "steps") walk.steps = value as Step[];
    else if (what === "seen") walk.seen = value as Record<string, number>;
    else if (what === "line") walk.line.push(...(value as Fix[]));
    else if (what === "fix") walk.pending.push(value as Fix);
    walks.set(patrol, walk);
  }
  return walks;
}

/** Keeps what was done to a patrol. */
export async function keepSteps(account: string, patrol: string, steps: readonly Step[]): Promise<void> {
  await quiet(set(`patrol/steps/${patrol}`, steps, storeOf(account)));
}

/** Keeps which checkpoints were reached. */
export async function keepSeen(account: string, patrol: string, seen: Readonly<Record<string, number>>): Promise<void> {
  await quiet(set(`patrol/seen/${patrol}`, seen, storeOf(account)));
}

const fixKey = (patrol: string, f: Fix) => `patrol/fix/${patrol}/${f.t}`;

/** Keeps a fix until the outbox has it: a crash of the browser must not lose the way. */
export async function keepFix(account: string, patrol: string, f: Fix): Promise<void> {
  await quiet(set(fixKey(patrol, f), f, storeOf(account)));
}

/** Takes note that the outbox has fixes: from now on they are there to be drawn alone. */
export async function handedOn(account: string, patrol: string, batch: readonly Fix[]): Promise<void> {
  const [first] = batch;
  if (first === undefined) return;
  await quiet(set(`patrol/line/${patrol}/${first.t}`, batch, storeOf(account)));
  await quiet(delMany(batch.map((f) => fixKey(patrol, f)), storeOf(account)));
}

/** Gives the morning sheet of an area that was read last, by `kind:code`. */
export function readSheet(account: string, area: string): Promise<MorningSheet | undefined> {
  return quiet(get<MorningSheet>(`patrol/sheet/${area}`, storeOf(account)));
}

/** Keeps a morning sheet. */
export async function keepSheet(account: string, area: string, sheet: MorningSheet): Promise<void> {
  await quiet(set(`patrol/sheet/${area}`, sheet, storeOf(account)));
}

/** Forgets patrols. */
export async function forgetWalks(account: string, patrols: ReadonlySet<string>): Promise<void> {
  if (patrols.size === 0) return;
  const all = (await quiet(entries<string, unknown>(storeOf(account)))) ?? [];
  const gone = all.flatMap(([key]) => {
    const [mine, what, patrol = ""] = key.split("/");
    return mine === "patrol" && what !== "known" && what !== "sheet" && patrols.has(patrol) ? [key] : [];
  });
  await quiet(delMany(gone, storeOf(account)));
}
