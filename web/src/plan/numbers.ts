import type { Numbers, Tally } from "./model/types";

/** A row of the tallies: what a grid would have now, and the difference from what it has in force. */
export interface Row {
  key: string;
  now: Numbers | null;
  households: number;
  reports: number;
  areaM2: number;
  /** It changes under the hand this moment. */
  live: boolean;
  /** It differs from what is in force. */
  differs: boolean;
}

const zero: Numbers = { households: 0, areaM2: 0, reports: 0, open: 0 };

/** Gives the rows of all grids, those that differ first and among them the greatest differences; then the chosen one. */
export function rowsOf(all: readonly Tally[], live: ReadonlyMap<string, Numbers>, chosen: string | null): Row[] {
  const rows = all.map(({ key, base, now }): Row => {
    const next = live.get(key) ?? now;
    const [b, n] = [base ?? zero, next ?? zero];
    const row = { key, now: next, households: Math.round(n.households) - Math.round(b.households), reports: n.reports - b.reports, areaM2: n.areaM2 - b.areaM2, live: live.has(key) };
    return { ...row, differs: base === null || next === null || row.households !== 0 || row.reports !== 0 || Math.abs(row.areaM2) >= 0.5 };
  });
  const rank = (r: Row) => (r.differs ? 2 : 0) + (r.key === chosen ? 1 : 0);
  return rows.sort((a, b) => rank(b) - rank(a) || (a.differs ? Math.abs(b.areaM2) - Math.abs(a.areaM2) : 0) || (a.key < b.key ? -1 : 1));
}

/** Gives a class's mean of households, and how far from it a grid may be, from none to all of it. */
export function meanOf(all: readonly { now: Numbers | null }[]): number {
  const there = all.flatMap((r) => (r.now === null ? [] : [r.now.households]));
  return there.length === 0 ? 0 : there.reduce((sum, n) => sum + n, 0) / there.length;
}
