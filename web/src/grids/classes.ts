/** A class of numbers of the coloured map: from `from` to `to`, both included. */
export interface Class {
  from: number;
  to: number;
}

/** Gives the least of 1, 2, 2.5, 5 times a power of ten that is not below n. */
function roundUp(n: number): number {
  const unit = 10 ** Math.floor(Math.log10(n));
  return (([1, 2, 2.5, 5, 10].find((s) => s * unit >= n) ?? 10) * unit);
}

/** Gives at most five classes of equal width at round numbers for whole numbers, the lowest first; without empty ones at the ends. */
export function classesOf(numbers: readonly number[]): Class[] {
  if (numbers.length === 0) return [];
  const min = Math.min(...numbers);
  const max = Math.max(...numbers);
  let step = Math.max(1, Math.ceil(roundUp((max - min + 1) / 5)));
  while (Math.floor(max / step) - Math.floor(min / step) >= 5) step = Math.max(step + 1, Math.ceil(roundUp(step * 1.01)));
  const first = Math.floor(min / step);
  const last = Math.floor(max / step);
  return Array.from({ length: last - first + 1 }, (_, i) => ({ from: (first + i) * step, to: (first + i + 1) * step - 1 }));
}

/** Gives the index of the class a number lies in. */
export function classAt(classes: readonly Class[], n: number): number {
  return classes.findIndex((c) => n >= c.from && n <= c.to);
}

/** Gives which of `shades` colours a class has: few classes are spread over all of them. */
export function shadeOf(index: number, count: number, shades: number): number {
  return count < 2 ? 0 : Math.round((index * (shades - 1)) / (count - 1));
}
