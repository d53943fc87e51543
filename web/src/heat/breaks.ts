/** A class of counts, from `from` to `to`, both included, or of rates, which leave `to` out; the last has no end. */
export interface Class {
  from: number;
  to: number | null;
}

/** How many classes there are at most: more shades are not told apart. */
export const maxClasses = 5;

/** What share of the cells lies below the first, second, … break: reports gather in few places. */
const shares = [0.4, 0.7, 0.88, 0.96];

/** Gives the largest number of one or two round figures that is not above n. */
export function roundDown(n: number): number {
  if (n < 10) return Math.max(1, Math.floor(n));
  const unit = 10 ** Math.floor(Math.log10(n));
  const step = n / unit < 2 ? unit / 5 : unit / 2;
  return Math.floor(n / step) * step;
}

/** Gives the largest number of one or two figures that is not above n, 0 below a hundredth. */
export function roundRate(n: number): number {
  if (n < 0.01) return 0;
  const unit = 10 ** Math.floor(Math.log10(n));
  const step = n / unit < 2 ? unit / 5 : unit / 2;
  return Number((Math.floor(n / step + 1e-9) * step).toPrecision(2));
}

/** Gives where classes begin for numbers in ascending order: by shares of them, at round ones. */
function startsOf(sorted: readonly number[], least: number, round: (n: number) => number): number[] {
  const starts = [least];
  for (const share of shares) {
    const at = round(sorted[Math.floor(share * sorted.length)] ?? least);
    if (at > (starts.at(-1) ?? 0)) starts.push(at);
  }
  // Where most numbers are alike, the shades that are left go to the few large ones.
  const largest = sorted.at(-1) ?? least;
  while (starts.length < maxClasses) {
    const last = starts.at(-1) ?? least;
    const at = round(Math.sqrt(last * largest));
    if (at <= last || largest < 2.5 * last) break;
    starts.push(at);
  }
  return starts;
}

/**
 * Gives the classes for counts that are shown, the lowest first: by shares of
 * the cells, at round numbers. There are fewer where the counts are few, none
 * where there are no counts. `least` is the smallest number that is shown.
 */
export function classesOf(counts: readonly number[], least: number): Class[] {
  const sorted = counts.filter((n) => n >= least).sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const starts = startsOf(sorted, least, roundDown);
  return starts.map((from, i) => ({ from, to: (starts[i + 1] ?? NaN) - 1 })).map((c) => (Number.isNaN(c.to) ? { from: c.from, to: null } : c));
}

/** Gives the classes for rates, which begin at 0, in the same way. */
export function rateClassesOf(rates: readonly number[]): Class[] {
  const sorted = [...rates].sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const starts = startsOf(sorted, 0, roundRate);
  return starts.map((from, i) => ({ from, to: starts[i + 1] ?? null }));
}

/** Gives the index of the class of a number, -1 below the first. */
export function classAt(classes: readonly Class[], n: number): number {
  return classes.findLastIndex((c) => n >= c.from);
}
