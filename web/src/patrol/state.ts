import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError, get, type Trouble } from "../api/client";
import { listPatrols, readPatrol, type Patrol, type PatrolDeed } from "../api/patrols";
import { openStatuses, type Report } from "../api/reports";
import type { Ref } from "../api/types";
import { onEvent } from "../live/live";
import { rightMs } from "../offline/clock";
import { checkSession, endSession, isSignedOut } from "../state/session";
import { params, synthetic } from "../state/store";
import { allowOf, asHere, dayStart, type Step } from "./here";
import { forgetWalks, keepKnown, keepSeen, keepSteps, readKnown, readWalks, type Walk } from "./kept";
import { may, me } from "./me";
import { now } from "./now";

const dayMs = 86_400_000;

/** The patrols as the server said them last, by id. */
const known = signal<ReadonlyMap<string, Patrol>>(new Map());
/** When the server said so; 0 where it did not yet. */
export const asOf = signal(0);
/** Whether the list has come, from the server or from what is kept. */
export const listed = signal(false);
/** Why it does not come. */
export const trouble = signal<Trouble | null>(null);
/** What is kept of walks, by patrol. */
export const walks = signal<ReadonlyMap<string, Walk>>(new Map());
/** Open reports of the areas of the patrols that were opened. */
export const reports = signal<readonly Report[]>([]);
/** The steps that the server refused: they were not done. */
export const refusedSteps = signal<ReadonlySet<string>>(new Set());
/** Settles when what is kept was read. */
let kept: Promise<void> = Promise.resolve();

/** The patrols as they are for whoever holds this phone. */
const here = computed(() => {
  const refused = refusedSteps.value;
  const at = now.value;
  return new Map([...known.value].map(([id, p]) => [id, asHere(p, (walks.value.get(id)?.steps ?? []).filter((s) => !refused.has(s.id)), at)]));
});

function isMine(p: Patrol): boolean {
  const person = me.value?.person?.id;
  return person !== undefined && p.team.some((m) => m.person === person);
}

/** Says whether whoever holds the phone walks patrols: it takes a person of the roster. */
export function walksHere(): boolean {
  return may("walk_patrols") && me.value?.person !== undefined;
}

/** The caller's patrols. */
export const mine = computed(() => [...here.value.values()].filter(isMine));
/** The one that is under way. */
export const active = computed(() => mine.value.find((p) => p.state === "active") ?? null);
/** The id of the open one. */
export const openId = computed(() => params.value["patrol"] ?? null);
/** The open one, as far as it is known. */
export const open = computed(() => (openId.value === null ? null : (here.value.get(openId.value) ?? null)));
/** Why the open one cannot be shown. */
export const openTrouble = signal<Trouble | null>(null);

/** What whoever holds the phone may do to a patrol. */
export function deedsOf(p: Patrol): PatrolDeed[] {
  return allowOf(p, may("walk_patrols") && isMine(p), now.value);
}

function failed(e: unknown): Trouble {
  if (isSignedOut(e)) endSession();
  return e instanceof ApiError ? e.trouble : "away";
}

function put(list: readonly Patrol[], whole: boolean): void {
  const next = whole ? new Map<string, Patrol>() : new Map(known.peek());
  for (const p of list) {
    const before = known.peek().get(p.id);
    // An answer may be older than what is known already.
    next.set(p.id, before !== undefined && before.version > p.version ? before : p);
    if (p.synthetic === true) synthetic.value = true;
  }
  const open = openId.peek();
  const kept = open === null ? undefined : known.peek().get(open);
  if (kept !== undefined && !next.has(kept.id)) next.set(kept.id, kept);
  known.value = next;
}

function keep(): void {
  const whoever = me.peek();
  if (whoever) void keepKnown(whoever.id, { patrols: [...known.peek().values()].filter(isMine), reports: [...reports.peek()], at: asOf.peek() });
}

/** Asks for the caller's patrols of these days. Without the server what is kept stands. */
export async function load(): Promise<void> {
  trouble.value = null;
  if (!walksHere()) {
    listed.value = true;
    return;
  }
  const today = dayStart(rightMs(Date.now()));
  try {
    const found = await listPatrols({ mine: true, from: new Date(today - dayMs).toISOString(), to: new Date(today + 8 * dayMs).toISOString() });
    batch(() => {
      put(found, true);
      listed.value = true;
      asOf.value = Date.now();
    });
    keep();
    void tidy();
  } catch (e) {
    trouble.value = failed(e);
    // Only now: what is kept is old where the server answers.
    await kept;
    if (known.peek().size === 0) await takePacked();
    listed.value = true;
  }
}

/** Takes the patrols and reports that the phone carries along, where this screen was not opened before there was no network. */
async function takePacked(): Promise<void> {
  const p = await import("../offline/pack").then((m) => m.openPack(), () => null);
  if (p === null || p.account !== me.peek()?.id || known.peek().size > 0) return;
  batch(() => {
    put(p.answer.patrols ?? [], false);
    if (reports.peek().length === 0) reports.value = p.answer.reports.features;
    asOf.value = p.at;
  });
}

/** Takes a patrol as an answer has it. */
export function putPatrol(p: Patrol): void {
  put([p], false);
  keep();
}

/** Asks for one patrol anew. */
export async function refresh(id: string): Promise<void> {
  try {
    putPatrol(await readPatrol(id));
    if (openId.peek() === id) openTrouble.value = null;
  } catch (e) {
    const why = failed(e);
    if (why === "missing" && !(await checkSession())) return;
    if (openId.peek() === id && !known.peek().has(id)) openTrouble.value = why;
  }
}

const asked = new Map<string, number>();

/** Asks for what is open in an area; not more often than every half minute. */
export async function loadReports(area: Ref): Promise<void> {
  const key = `${area.kind}:${area.code}`;
  if (Date.now() - (asked.get(key) ?? 0) < 30_000) return;
  asked.set(key, Date.now());
  const found = await get<{ features: Report[] }>(`/api/v1/reports?sort=due&status=${openStatuses.join(",")}&area=${encodeURIComponent(key)}&limit=200`).catch(() => null);
  if (found === null) {
    asked.delete(key);
    return;
  }
  reports.value = [...reports.peek().filter((r) => r.properties.areas[area.kind]?.code !== area.code), ...found.features];
  keep();
}

function changeWalk(patrol: string, change: Partial<Walk>): Walk {
  const walk = { steps: [], seen: {}, line: [], pending: [], ...walks.peek().get(patrol), ...change };
  walks.value = new Map(walks.peek()).set(patrol, walk);
  return walk;
}

/** Takes note of what was done to a patrol here, once. */
export function noteStep(patrol: string, step: Step): Promise<void> {
  const before = walks.peek().get(patrol)?.steps ?? [];
  if (before.some((s) => s.id === step.id)) return Promise.resolve();
  const { steps } = changeWalk(patrol, { steps: [...before, step] });
  const whoever = me.peek();
  return whoever ? keepSteps(whoever.id, patrol, steps) : Promise.resolve();
}

/** Takes note that checkpoints were reached, at a time in milliseconds. */
export function noteSeen(patrol: string, checkpoints: readonly string[], at: number): void {
  const before = walks.peek().get(patrol)?.seen ?? {};
  const { seen } = changeWalk(patrol, { seen: { ...Object.fromEntries(checkpoints.map((c) => [c, at])), ...before } });
  const whoever = me.peek();
  if (whoever) void keepSeen(whoever.id, patrol, seen);
}

/** Takes fixes as ones that the outbox has, or (`pending`) has not yet. */
export function noteFixes(patrol: string, change: Pick<Walk, "line" | "pending">): void {
  changeWalk(patrol, change);
}

/** Forgets the walks that the server has whole and that are over, a day later: who walked sees the summary until then. */
async function tidy(): Promise<void> {
  const whoever = me.peek();
  if (!whoever) return;
  await kept;
  const gone = [...walks.peek()].filter(([id, w]) => {
    if (w.pending.length > 0 || Date.now() - Math.max(0, ...w.steps.map((s) => s.at)) < dayMs) return false;
    const p = known.peek().get(id);
    return p === undefined || p.state === "done" || p.state === "cancelled";
  });
  if (gone.length === 0) return;
  const ids = new Set(gone.map(([id]) => id));
  walks.value = new Map([...walks.peek()].filter(([id]) => !ids.has(id)));
  await forgetWalks(whoever.id, ids);
}

async function takeKept(account: string): Promise<void> {
  const [before, walked] = await Promise.all([readKnown(account), readWalks(account)]);
  if (me.peek()?.id !== account) return;
  batch(() => {
    walks.value = walked;
    if (before === undefined || asOf.peek() > before.at) return;
    put(before.patrols, false);
    if (reports.peek().length === 0) reports.value = before.reports;
    asOf.value = before.at;
    listed.value = true;
  });
}

let whose: string | undefined;

function forget(): void {
  batch(() => {
    known.value = new Map();
    walks.value = new Map();
    reports.value = [];
    asOf.value = 0;
    listed.value = false;
    trouble.value = null;
  });
  asked.clear();
}

/** Settles when what is kept on the phone was taken up. */
export const ready = (): Promise<void> => kept;

let following = 0;
let ends: (() => void)[] = [];

/** Loads what whoever is signed in walks and keeps it up to date, until the function that is given is called. */
export function follow(): () => void {
  if (following++ === 0) {
    ends = [
      effect(() => {
        const whoever = me.value;
        if (whoever === null || whoever === undefined || whoever.id === whose) return;
        if (whose !== undefined) forget();
        whose = whoever.id;
        kept = takeKept(whoever.id);
        void load();
      }),
      effect(() => {
        const id = openId.value;
        openTrouble.value = null;
        if (id !== null && me.value) void refresh(id);
      }),
      onEvent("patrol.changed", (e) => {
        if (e.id !== undefined && known.peek().has(e.id)) void refresh(e.id);
        else if (me.peek()) void load();
      }),
      onEvent("reset", () => void (me.peek() && load())),
    ];
    // Somebody who comes back to a page that stayed open sees the day anew.
    if (whose !== undefined && me.peek()?.id === whose) void load();
  }
  return () => {
    if (--following > 0) return;
    for (const end of ends) end();
    ends = [];
  };
}
