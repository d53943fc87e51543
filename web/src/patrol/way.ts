import type { Fix } from "../api/patrols";

/** A place in WGS 84 degrees. */
export interface Spot {
  lon: number;
  lat: number;
}

/** Of a degree of latitude, in metres. */
const degree = 111_320;

/** Gives the distance of two places in metres, as on a plane: right to a thousandth within a district. */
export function metres(a: Spot, b: Spot): number {
  const x = (b.lon - a.lon) * Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180);
  return Math.hypot(x, b.lat - a.lat) * degree;
}

/** A worse accuracy than this, in metres, does not count: the server's rule. */
export const worstM = 50;
/** Nobody walks or drives faster than this between two fixes, in metres a second. */
const fastest = 40;
/** A longer gap than this, in milliseconds, ends a piece of the way. */
const gapMs = 120_000;
/** Within so many metres somebody stands. */
const standingM = 15;

/** Reports whether a fix counts, as the server has it. */
export function usable(f: Pick<Fix, "accuracy_m" | "mock">): boolean {
  return f.mock !== true && (f.accuracy_m === undefined || f.accuracy_m <= worstM);
}

/** Gives the walked pieces of fixes in the order of their time, for the screen: the server's are the ones that count. */
export function pieces(fixes: readonly Fix[]): Fix[][] {
  const found: Fix[][] = [];
  let last: Fix | null = null;
  for (const f of [...fixes].sort((a, b) => Date.parse(a.t) - Date.parse(b.t))) {
    if (!usable(f)) continue;
    const passed: number = last === null ? Infinity : Date.parse(f.t) - Date.parse(last.t);
    if (last !== null && passed <= gapMs) {
      const far = metres(last, f);
      // An impossible jump: this one is left out, and the way goes on after it.
      if (far > (fastest * passed) / 1000 && far > standingM) continue;
      found.at(-1)?.push(f);
    } else found.push([f]);
    last = f;
  }
  return found;
}

/** Gives the length of walked pieces in metres. Swaying on the spot is no way. */
export function lengthOf(walked: readonly (readonly Fix[])[]): number {
  let sum = 0;
  for (const piece of walked) {
    let from = piece[0];
    for (const f of piece) {
      if (from === undefined) break;
      const far = metres(from, f);
      if (far < standingM) continue;
      sum += far;
      from = f;
    }
  }
  return sum;
}

/** Reports whether a new fix is worth keeping: some time or way after the last one that was, or within a place that is looked for. */
export function worthKeeping(f: Fix, last: Fix | null, within: boolean): boolean {
  if (last === null || within) return true;
  const passed = Date.parse(f.t) - Date.parse(last.t);
  return passed >= 4_500 || metres(f, last) >= 10;
}

/** A checkpoint as far as visiting it goes. */
export interface Target extends Spot {
  id: string;
  radius_m: number;
}

/** So long somebody has to be at a checkpoint, in milliseconds: the server's rule. */
export const dwellMs = 5_000;

/** Gives the checkpoints that a fix lies in; none where it does not count. */
export function within<T extends Target>(f: Fix, targets: readonly T[]): T[] {
  return usable(f) ? targets.filter((c) => metres(f, c) <= c.radius_m) : [];
}

/** Gives which checkpoints are visited with the last of some fixes, which are in the order of their time: those that it lies in, as all since some seconds do. */
export function visitedBy(fixes: readonly Fix[], targets: readonly Target[]): string[] {
  const last = fixes.at(-1);
  if (last === undefined) return [];
  return within(last, targets)
    .filter((c) => {
      let since = Date.parse(last.t);
      for (const f of fixes.toReversed()) {
        if (!usable(f)) continue;
        const t = Date.parse(f.t);
        if (since - t > gapMs || metres(f, c) > c.radius_m) break;
        since = t;
      }
      return Date.parse(last.t) - since >= dwellMs;
    })
    .map((c) => c.id);
}

function length(order: readonly Spot[]): number {
  let sum = 0;
  for (let i = 1; i < order.length; i++) sum += metres(order[i - 1] as Spot, order[i] as Spot);
  return sum;
}

/** Gives places in an order that is short to walk, beginning with the first: the nearest next, and then without crossings (2-opt). */
export function walkingOrder<T extends Spot>(places: readonly T[]): T[] {
  const [first, ...rest] = places;
  if (first === undefined) return [];
  let order: T[] = [first];
  while (rest.length > 0) {
    const here = order.at(-1) as T;
    let best = 0;
    for (let i = 1; i < rest.length; i++) if (metres(here, rest[i] as T) < metres(here, rest[best] as T)) best = i;
    order.push(...rest.splice(best, 1));
  }
  // Each turn makes it shorter; the bound is for rounding.
  for (let turns = 0, better = true; better && turns < 50; turns++) {
    better = false;
    for (let i = 1; i < order.length - 1; i++) {
      for (let k = i + 1; k < order.length; k++) {
        const other = [...order.slice(0, i), ...order.slice(i, k + 1).reverse(), ...order.slice(k + 1)];
        if (length(other) < length(order) - 0.01) {
          order = other;
          better = true;
        }
      }
    }
  }
  return order;
}
