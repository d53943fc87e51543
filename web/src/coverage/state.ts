import { computed, effect, signal, untracked } from "@preact/signals";
import { ApiError, type Trouble } from "../api/client";
import { kinds, type Kind, type Ref } from "../api/types";
import { language, nameOf } from "../i18n/i18n";
import { app } from "../state/app";
import { now } from "../state/clock";
import { can, who } from "../state/session";
import { params, selection, setParams, synthetic } from "../state/store";
import { localeOf } from "../units/format";
import { coverage, type Coverage, type Part, type Question } from "./client";
import { dayOf, startOf } from "./days";

/** The stretches of time up to today, in days. */
export const stretches = [7, 30, 90] as const;
/** How wide a strip somebody sees on both sides together, in metres. */
export const swaths = [10, 20, 30, 50, 100, 200] as const;
const usualSwath = 30;
const dayMs = 86_400_000;

const timeZone = computed(() => app.value?.time_zone ?? "Asia/Shanghai");

/** Whether whoever is signed in may see where patrols were. */
export function mayLook(): boolean {
  return can("read_patrols");
}

/** The area that is looked at: the chosen one; else the first of one's own, or the district. */
export const area = computed((): Ref | null => {
  const s = selection.value;
  if (s?.type === "area") return s.ref;
  const scope = who.value?.scope;
  if (scope === undefined) return null;
  const [kind, code] = (scope.areas[0] ?? "").split(":");
  const own = kinds.find((k) => k === kind);
  if (!scope.all && own !== undefined && code !== undefined) return { kind: own, code };
  const district = app.value?.district;
  return scope.all && district !== undefined ? { kind: "district", code: district.code } : null;
});

/** The time in question: some days up to today, or from one day to another. */
export const time = computed((): { days: number } | { first: string; last: string } => {
  const { from, to, days } = params.value;
  if (from !== undefined && to !== undefined && from <= to && !Number.isNaN(startOf(from, timeZone.value)) && !Number.isNaN(startOf(to, timeZone.value))) return { first: from, last: to };
  return { days: stretches.find((d) => String(d) === days) ?? 7 };
});

/** The first and the last day in question. */
export const range = computed((): { first: string; last: string } => {
  const t = time.value;
  if (!("days" in t)) return t;
  return { first: dayOf(now.value - (t.days - 1) * dayMs, timeZone.value), last: dayOf(now.value, timeZone.value) };
});

/** How wide a strip is taken to be seen. */
export const swath = computed(() => swaths.find((m) => String(m) === params.value.swath) ?? usualSwath);

/** Takes a width from the page. */
export function chooseSwath(m: number): void {
  setParams({ swath: m === usualSwath ? null : String(m) });
}

/** Takes a time from the page. */
export function chooseDays(days: number | null): void {
  const { first, last } = range.peek();
  setParams(days === null ? { days: null, from: first, to: last } : { days: days === 7 ? null : String(days), from: null, to: null });
}

/** From when to when, as it is asked for. Up to today is up to now. */
const asked = computed((): { from: string } | { from: string; to: string } => {
  const { first, last } = range.value;
  const iso = (day: string) => new Date(startOf(day, timeZone.value)).toISOString();
  return "days" in time.value ? { from: iso(first) } : { from: iso(first), to: new Date(startOf(last, timeZone.value) + dayMs).toISOString() };
});

/** The question of the page; null while there is no area. */
export const question = computed((): Question | null => (area.value === null ? null : { ref: area.value, ...asked.value, swathM: swath.value }));

/** The parameters of tiles of the same time. */
export const tileQuery = computed(() => new URLSearchParams({ ...asked.value }).toString());

/** The answer, and the question it belongs to; it stays while the next is awaited. */
export const answer = signal<{ of: string; found: Coverage } | null>(null);
export const trouble = signal<{ trouble: Trouble; code: string | null } | null>(null);
const key = computed(() => JSON.stringify(question.value));
/** Whether what is shown is of an earlier question. */
export const old = computed(() => answer.value !== null && answer.value.of !== key.value);

let waiting: AbortController | null = null;

/** Asks for what the page is about. */
export async function ask(): Promise<void> {
  waiting?.abort();
  const q = question.peek();
  if (q === null) return;
  const of = key.peek();
  const own = (waiting = new AbortController());
  trouble.value = null;
  try {
    const found = await coverage(q, own.signal);
    if (own.signal.aborted) return;
    answer.value = { of, found };
    if (found.synthetic === true) synthetic.value = true;
  } catch (e) {
    if (own.signal.aborted) return;
    answer.value = null;
    trouble.value = e instanceof ApiError ? { trouble: e.trouble, code: e.type } : { trouble: "away", code: null };
  }
}

/** Keeps the answer at the question, until the function that is given is called. */
export function follow(): () => void {
  const end = effect(() => {
    if (key.value !== "null" && mayLook()) untracked(() => void ask());
  });
  return () => {
    end();
    waiting?.abort();
    answer.value = null;
    trouble.value = null;
  };
}

/** The kinds that the parts are of, from the widest. */
export const partKinds = computed((): Kind[] => kinds.filter((k) => answer.value?.found.parts.some((p) => p.kind === k)));

/** The kind of part that is listed, and drawn. */
export const partKind = computed((): Kind | null => {
  const all = partKinds.value;
  const most = [...all].reverse().find((k) => k === "village_group") ?? all.at(-1) ?? null;
  return all.find((k) => k === params.value.part) ?? most;
});

/** By what the parts can be put in order. */
export const columns = ["name", "share", "visits", "days"] as const;
export type Column = (typeof columns)[number];

/** By what they are, and whether downwards: first what was seen longest ago. */
export const sorting = computed((): { column: Column; down: boolean } => {
  const [name, direction] = (params.value.sort ?? "").split("-");
  const column = columns.find((c) => c === name);
  return column === undefined ? { column: "days", down: true } : { column, down: direction === "down" };
});

/** Sorts by a column; a second time the other way round. */
export function sortBy(column: Column): void {
  const at = sorting.peek();
  setParams({ sort: `${column}-${(at.column === column ? !at.down : column === "days") ? "down" : "up"}` });
}

/** Puts parts in order; those never visited count as longest ago. */
export function sorted(parts: readonly Part[], { column, down }: { column: Column; down: boolean }): Part[] {
  const value = (p: Part) => (column === "share" ? p.share : column === "visits" ? p.visits : (p.days_since ?? Infinity));
  const compare = (a: Part, b: Part) => (column === "name" ? nameOf(a).localeCompare(nameOf(b), localeOf(language.value)) : value(a) === value(b) ? 0 : value(a) - value(b));
  return [...parts].sort((a, b) => (down ? compare(b, a) : compare(a, b)) || (a.code < b.code ? -1 : 1));
}

/** The parts that are listed, in order. */
export const listed = computed(() => sorted((answer.value?.found.parts ?? []).filter((p) => p.kind === partKind.value), sorting.value));

/** What the map shows: cells of 75 m, or parts. */
export const drawn = computed((): "cells" | "parts" => (params.value.show === "parts" ? "parts" : "cells"));
