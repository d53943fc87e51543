import { computed, effect, signal, untracked } from "@preact/signals";
import { ApiError } from "../api/client";
import { hotspots, type Hotspots, type HotspotQuestion } from "../api/hotspots";
import { app } from "../state/app";
import { now } from "../state/clock";
import { who } from "../state/session";
import { camera, params, problem, setParams } from "../state/store";
import { classesOf, rateClassesOf } from "./breaks";
import { frameName, numbersOf, withoutEmptyStart } from "./frames";
import { exposureOf, filterOf, isStep, questionOf, resolutionAt, viewOf } from "./question";
import { readsAll, readsPatrols } from "./reader";
import { heldAgainst, ratesOf } from "./values";

/** The clock that days and months are of. */
export const timeZone = computed(() => app.value?.time_zone ?? "Asia/Shanghai");
/** What is asked for. */
export const filter = computed(() => filterOf(params.value, readsAll.value));
/** How hexagons are coloured. */
export const coloured = computed(() => viewOf(params.value));
/** What rates are held against; null where that is not to be chosen. */
export const exposure = computed(() => exposureOf(params.value, coloured.value, filter.value, readsPatrols.value));
/** The resolution that suits the zoom of the map. */
export const resolution = signal(7);
/** The last answer, and the question it belongs to; it stays while the next is awaited and when that fails. */
export const answer = signal<{ of: string; hotspots: Hotspots } | null>(null);
/** Whether an answer is awaited. */
export const asking = signal(false);
/** Goes up when reports have changed: tiles are asked for again. */
export const news = signal(0);

const question = computed(() => JSON.stringify(questionOf(filter.value, coloured.value, resolution.value, now.value, timeZone.value, exposure.value)));
/** Whether what is shown is of an earlier question. */
export const old = computed(() => answer.value !== null && answer.value.of !== question.value);

/** The frames of the answer; empty where it has none. */
export const frames = computed(() => answer.value?.hotspots.frames ?? []);
const names = computed(() => {
  const { time } = filter.value;
  return isStep(time) ? frames.value.map((f) => frameName(f, time, timeZone.value)) : [];
});
/**
 * The index of the frame that is shown, the last where the address names none;
 * null where there are none, or where significance is shown, which is that of
 * all of them together.
 */
export const frame = computed(() => {
  if (names.value.length === 0 || coloured.value.by === "significance") return null;
  const i = names.value.indexOf(params.value.frame ?? "");
  return i < 0 ? names.value.length - 1 : i;
});
/** The smallest number that everybody is told. */
const leastShown = 5;
/** The classes of the numbers shown, the same for all frames, so that a colour keeps its meaning. */
export const classes = computed(() => {
  if (answer.value === null) return [];
  const { hotspots } = answer.value;
  if (coloured.value.by === "rate") return rateClassesOf(ratesOf(hotspots));
  const numbers = numbersOf(hotspots);
  return classesOf(numbers, numbers.reduce((least, n) => Math.min(least, n), leastShown));
});

/** Shows a frame. */
export function showFrame(i: number): void {
  const name = names.peek()[i];
  if (name !== undefined) setParams({ frame: i === names.peek().length - 1 ? null : name });
}

/** Whether frames follow each other by themselves. */
export const playing = signal(false);
/** How long a frame is looked at, in milliseconds. */
const frameMs = 900;
let timer: ReturnType<typeof setInterval> | undefined;

/** Lets frames follow each other up to the last; from the last, from the first on. */
export function play(): void {
  const last = names.peek().length - 1;
  if (last < 1) return;
  if (frame.peek() === last) showFrame(0);
  playing.value = true;
  clearInterval(timer);
  timer = setInterval(() => {
    const i = frame.peek() ?? last;
    if (i >= last) pause();
    else showFrame(i + 1);
  }, frameMs);
}

/** Stops that. */
export function pause(): void {
  clearInterval(timer);
  playing.value = false;
}

const kept = new Map<string, Hotspots>();
let waiting: AbortController | null = null;

async function ask(q: string): Promise<void> {
  waiting?.abort();
  const own = (waiting = new AbortController());
  asking.value = true;
  try {
    const asked = JSON.parse(q) as HotspotQuestion;
    const given = kept.get(q) ?? heldAgainst(withoutEmptyStart(await hotspots(asked, own.signal)), asked.exposure);
    if (own.signal.aborted) return;
    if (kept.size > 12) kept.clear();
    kept.set(q, given);
    answer.value = { of: q, hotspots: given };
  } catch (e) {
    if (own.signal.aborted) return;
    const trouble = e instanceof ApiError ? e.trouble : "away";
    problem.value = { trouble, retry: () => { problem.value = null; void ask(question.peek()); } };
  }
  if (waiting === own) asking.value = false;
}

/** The server keeps the counts of a part of the district for three seconds: what is asked sooner after a report may be without it. */
const staleMs = 3_500;
let soon: ReturnType<typeof setTimeout> | undefined;
let surely: ReturnType<typeof setTimeout> | undefined;

function askAnew(): void {
  soon = undefined;
  kept.clear();
  news.value++;
  void ask(question.peek());
}

/** Counts again: reports have come or changed. Many at once are one, and many after each other do not put it off. */
export function refresh(): void {
  soon ??= setTimeout(askAnew, 500);
  clearTimeout(surely);
  surely = setTimeout(askAnew, staleMs);
}

/** Keeps the answer at what is asked for, until the function that is given is called. */
export function followQuestion(): () => void {
  // Before there is a map: what it will show, so that nothing is asked for twice.
  const wide = innerWidth >= 896;
  resolution.value = resolutionAt(camera.peek()?.zoom ?? (wide ? 9.5 : 8));
  const end = effect(() => {
    const q = question.value;
    if (app.value !== null && who.value !== undefined) untracked(() => void ask(q));
  });
  let of = who.peek();
  const endOfReader = effect(() => {
    if (who.value === of) return;
    // Another person sees other numbers.
    if (of !== undefined) refresh();
    of = who.value;
  });
  return () => {
    end();
    endOfReader();
    pause();
    clearTimeout(soon);
    clearTimeout(surely);
    soon = undefined;
    waiting?.abort();
    kept.clear();
    asking.value = false;
    answer.value = null;
  };
}
