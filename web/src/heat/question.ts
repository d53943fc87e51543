import type { Status } from "../api/reports";
import { openStatuses } from "../api/reports";
import type { Exposure, HotspotQuestion, Variable } from "../api/hotspots";
import type { Params } from "../state/url";

/** The stretches of time that end today, in days. */
export const days = ["7", "30", "90", "365"] as const;
/** What time can be chosen: days up to today, or steps to go through. */
export const times = [...days, "month", "week"] as const;
export type Time = (typeof times)[number];

/** States in the groups that a person asks for. */
export const states = ["open", "overdue", "done"] as const;
export type State = (typeof states)[number];

/** What is asked about reports; null and empty do not narrow anything down. */
export interface Filter {
  category: readonly string[];
  state: State | null;
  time: Time;
}

/** The states in which nothing is left to do. */
export const doneStatuses: readonly Status[] = ["handled", "closed"];
/** Reports that are none: neither counted nor drawn. */
export const voidStatuses: readonly Status[] = ["rejected", "duplicate"];

/** Reads the filter from an address. What cannot be read, and what the caller may not have, is left out. */
export function filterOf(params: Params, readsAll: boolean): Filter {
  const category = (params.category ?? "").split(",").filter((c) => /^[a-z_]+$/.test(c));
  const state = states.find((s) => s === params.state) ?? null;
  const time = times.find((t) => t === params.time) ?? "365";
  return {
    category: [...new Set(category)].sort(),
    state: state === "overdue" && !readsAll ? null : state,
    time: time === "week" && !readsAll ? "month" : time,
  };
}

/** Reports whether a time is gone through in frames. */
export function isStep(time: Time): time is "month" | "week" {
  return time === "month" || time === "week";
}

/** What the colour of a hexagon says: how many, how many per household, or whether that is out of the ordinary. */
export const colourings = ["count", "rate", "significance"] as const;
export type Colouring = (typeof colourings)[number];

/** How hexagons are coloured, and what their statistics compare. */
export interface View {
  by: Colouring;
  of: Variable;
}

/** Reads that from an address. Statistics compare what is shown, and where they are shown themselves, what is chosen. */
export function viewOf(params: Params): View {
  const by = colourings.find((c) => c === params.by) ?? "count";
  return { by, of: by === "rate" || (by === "significance" && params.of === "rate") ? "rate" : "count" };
}

/** Reads from an address what rates are held against; null where there are none, and where patrols are not the reader's business, or are not added up for so long. */
export function exposureOf(params: Params, { of }: View, { time }: Filter, readsPatrols: boolean): Exposure | null {
  if (of === "count" || !readsPatrols || isStep(time)) return null;
  return params.per === "hour" ? "patrol_hour" : "household";
}

/** The H3 resolution of the statistics, which are the same at every zoom. */
export const analysisResolution = 8;

const dayMs = 86_400_000;
/** How far back frames go: three years of months, a year of weeks. */
const reachDays = { month: 35 * 30.436875, week: 51 * 7 };

/** Gives how many days of a step have gone by on a day. */
function daysInto(step: "month" | "week", then: number, timeZone: string): number {
  const of = (part: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", { timeZone, ...part }).format(then);
  return step === "month" ? Number(of({ day: "numeric" })) - 1 : ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(of({ weekday: "short" }));
}

/** Gives the moment the day of a time begins by the clock of a place. */
function startOfDay(then: number, timeZone: string): number {
  const part = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" }).formatToParts(then);
  const of = (type: string) => Number(part.find((p) => p.type === type)?.value ?? 0);
  return then - (((of("hour") * 60 + of("minute")) * 60 + of("second")) * 1000 + (then % 1000));
}

/** Gives the day on which the time of a filter begins; for steps, the first of them. */
export function beginOf(time: Time, now: number, timeZone: string): number {
  if (!isStep(time)) return startOfDay(now - (Number(time) - 1) * dayMs, timeZone);
  const then = startOfDay(now - reachDays[time] * dayMs, timeZone);
  return then - daysInto(time, then, timeZone) * dayMs;
}

function statusOf(state: State | null): readonly Status[] {
  if (state === null) return [];
  return state === "done" ? doneStatuses : openStatuses;
}

/** Makes the question of a filter. What is asked again on the same day is the same question. */
export function questionOf(f: Filter, { by, of }: View, resolution: number, now: number, timeZone: string, exposure: Exposure | null = null): HotspotQuestion {
  const status = statusOf(f.state);
  return {
    resolution: by === "significance" ? analysisResolution : resolution,
    ...(of === "count" ? {} : { variable: of }),
    ...(exposure === null ? {} : { exposure }),
    from: new Date(beginOf(f.time, now, timeZone)).toISOString(),
    ...(f.category.length === 0 ? {} : { category: f.category }),
    ...(status.length === 0 ? {} : { status }),
    ...(f.state === "overdue" ? { overdue: true } : {}),
    ...(isStep(f.time) ? { step: f.time } : {}),
  };
}

/** Gives the parameters of tiles with the reports that the answer to questionOf counts. */
export function tileQuery(f: Filter, now: number, timeZone: string): string {
  const q = new URLSearchParams({ from: new Date(beginOf(f.time, now, timeZone)).toISOString() });
  if (f.category.length > 0) q.set("category", f.category.join(","));
  const status = statusOf(f.state);
  if (status.length > 0) q.set("status", status.join(","));
  if (f.state === "overdue") q.set("overdue", "true");
  return q.toString();
}

/** Gives the H3 resolution whose hexagons are some 30 to 60 pixels wide at a zoom. */
export function resolutionAt(zoom: number): number {
  if (zoom < 8.6) return 6;
  return zoom < 11.1 ? 7 : 8;
}
