import type { Impact } from "../plan/types";

/** How many reports one area gives to another. */
export interface Flow {
  from: string | null;
  to: string | null;
  n: number;
}

/** Gives which areas give reports to which, those with the most first. */
export function flowsOf(moved: readonly { from: string | null; to: string | null }[]): Flow[] {
  const flows = new Map<string, Flow>();
  for (const { from, to } of moved) {
    const key = `${from} ${to}`;
    const flow = flows.get(key);
    if (flow === undefined) flows.set(key, { from, to, n: 1 });
    else flow.n++;
  }
  return [...flows.values()].sort((a, b) => b.n - a.n);
}

/**
 * Gives the grids that a plan does something to. A line that was split for a
 * neighbour's corner gives an area a node more, which is nothing to tell of.
 */
export function touched(i: Pick<Impact, "load">): Impact["load"] {
  return i.load.filter(({ before, after }) => {
    if (before === null || after === null) return true;
    return Math.abs(after.area_m2 - before.area_m2) >= 1 || Math.abs(after.households - before.households) >= 0.5 || after.reports !== before.reports || after.open !== before.open;
  });
}
