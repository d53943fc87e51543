import type { PointSet } from "./points";

/** Numbers of areas, by an area's number; -1 stands for no area. */
export class Sums {
  readonly hundredths = new Map<number, number>();
  readonly reports = new Map<number, number>();
  readonly open = new Map<number, number>();

  constructor(private readonly points: PointSet) {}

  /** Counts a point as gone from one area to another. */
  pass(point: number, from: number, to: number): void {
    this.add(point, from, -1);
    this.add(point, to, 1);
  }

  add(point: number, area: number, times: 1 | -1): void {
    if (area < 0) return;
    const { points } = this;
    const count = (of: Map<number, number>, n: number) => {
      if (n !== 0) of.set(area, (of.get(area) ?? 0) + times * n);
    };
    count(this.hundredths, points.hundredths[point] as number);
    count(this.reports, points.reports[point] as number);
    count(this.open, points.open[point] as number);
  }

  /** Gives what was counted of an area. */
  of(area: number): { hundredths: number; reports: number; open: number } {
    return { hundredths: this.hundredths.get(area) ?? 0, reports: this.reports.get(area) ?? 0, open: this.open.get(area) ?? 0 };
  }

  /** Gives the same sums, to be gone on with. */
  copy(): Sums {
    const out = new Sums(this.points);
    for (const name of ["hundredths", "reports", "open"] as const) {
      for (const [area, n] of this[name]) out[name].set(area, n);
    }
    return out;
  }

  /** Gives the areas of which anything was counted that did not cancel out. */
  touched(): Set<number> {
    const out = new Set<number>();
    for (const of of [this.hundredths, this.reports, this.open]) {
      for (const [area, n] of of) if (n !== 0) out.add(area);
    }
    return out;
  }
}
