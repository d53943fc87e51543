import { effect, signal, untracked } from "@preact/signals";
import { ApiError, area, locate, revisions } from "../api/client";
import type { AreaFeature, Located, Ref, Revision } from "../api/types";
import { gridMap } from "../map/handle";
import { mayBeNext, nearM } from "../place/edge";
import { problem, selection, synthetic } from "./store";
import type { Selection } from "./url";

/** What is known of the chosen place or area. `of` says which choice it belongs to. */
export type Found =
  | { type: "point"; of: Selection; located: Located; grid: AreaFeature | null; others: Map<string, string>; revision: Revision | null }
  | { type: "area"; of: Selection; feature: AreaFeature; parents: AreaFeature[]; revision: Revision | null };

/** The last answer; it stays while the next is awaited and when that fails. */
export const found = signal<Found | null>(null);
/** Whether an answer is awaited. */
export const asking = signal(false);

let known: Promise<Revision[]> | null = null;

/** Gives a revision by its number; null where it cannot be known now. */
async function revisionOf(number: number): Promise<Revision | null> {
  let list = await (known ??= revisions()).catch(() => null);
  if (list !== null && !list.some((r) => r.revision === number)) list = await (known = revisions()).catch(() => null);
  if (list === null) known = null;
  return list?.find((r) => r.revision === number) ?? null;
}

async function findPoint(of: Selection & { type: "point" }, signal: AbortSignal): Promise<Found> {
  const located = await locate(of.lon, of.lat, of.accuracyM ?? nearM, signal);
  const grid = located.areas.grid;
  const next = mayBeNext(located, of.accuracyM).filter((c) => c.code !== grid?.code);
  const [feature, revision, ...names] = await Promise.all([
    grid === null ? null : area({ kind: "grid", code: grid.code }).catch(() => null),
    revisionOf(located.revision),
    ...next.map(async (c): Promise<[string, string]> => [c.code, await area(c).then((f) => f.properties.name, () => c.code)]),
  ]);
  return { type: "point", of, located, grid: feature, others: new Map(names), revision };
}

async function findArea(of: Selection & { type: "area" }): Promise<Found> {
  const feature = await area(of.ref);
  const parents: AreaFeature[] = [];
  let up: Ref | undefined = feature.properties.parent;
  while (up !== undefined && parents.length < 5) {
    const f: AreaFeature | null = await area(up).catch(() => null);
    if (f === null) break;
    parents.push(f);
    up = f.properties.parent;
  }
  return { type: "area", of, feature, parents, revision: await revisionOf(feature.properties.revision) };
}

let abort = new AbortController();

/** Asks for everything again that may be missing on the page. */
function again(): void {
  void ask();
  gridMap.peek()?.reload();
}

/** Asks about the present choice again. */
export async function ask(): Promise<void> {
  abort.abort();
  const of = selection.value;
  // It was about what was chosen before.
  if (problem.peek()?.trouble === "missing") problem.value = null;
  if (of === null) {
    asking.value = false;
    found.value = null;
    return;
  }
  const mine = (abort = new AbortController());
  asking.value = true;
  try {
    const answer = await (of.type === "point" ? findPoint(of, mine.signal) : findArea(of));
    if (mine.signal.aborted) return;
    found.value = answer;
    problem.value = null;
    if (answer.type === "point" ? answer.located.synthetic : answer.feature.properties.synthetic) synthetic.value = true;
  } catch (e) {
    if (mine.signal.aborted) return;
    const trouble = e instanceof ApiError ? e.trouble : "away";
    // What is not there has no answer to come, and the last one is not about it.
    if (trouble === "missing") found.value = null;
    problem.value = { trouble, retry: trouble === "private" ? null : again };
  }
  asking.value = false;
}

/** Asks whenever something else is chosen. */
export function followSelection(): void {
  effect(() => {
    void selection.value;
    untracked(() => void ask());
  });
}
