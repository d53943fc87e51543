import { eachSide } from "./outline";
import type { LatticePoint, Outline } from "./types";

/**
 * Is positive where q lies left of the line from a to b, negative right of it,
 * 0 on it. Exact within a district: up to 6.7 degrees across.
 */
export function turn(aLon: number, aLat: number, bLon: number, bLat: number, qLon: number, qLat: number): number {
  return (bLon - aLon) * (qLat - aLat) - (bLat - aLat) * (qLon - aLon);
}

/** What a side says of a place: that the place lies on it, that a ray from the place to the east crosses it, or neither. */
export const onSide = 2;
export const crossed = 1;

/** Says of one side what `Cover` says of many. Of the ends the lower counts and the higher does not: every ray crosses every ring as it should. */
export function look(aLon: number, aLat: number, bLon: number, bLat: number, lon: number, lat: number): number {
  if (aLat > lat && bLat > lat) return 0;
  if (aLat < lat && bLat < lat) return 0;
  if (aLon < lon && bLon < lon) return 0;
  const t = turn(aLon, aLat, bLon, bLat, lon, lat);
  if (t === 0) {
    // On the line, and within the side's lats; its lons may still be all to the east.
    return aLon > lon && bLon > lon ? 0 : onSide;
  }
  if (aLat > lat === bLat > lat) return 0;
  // The side rises past the place on its east where the place is left of it, and falls where it is right.
  return bLat > aLat === t > 0 ? crossed : 0;
}

/** Sides in bands of latitude, for asking about many places. It never changes. */
export class Cover {
  private readonly south: number;
  private readonly high: number;
  private readonly starts: Int32Array;
  private readonly sides: Int32Array;

  /** Takes the sides of an outline, but for those that `except` names. */
  constructor(outline: Outline, except?: (aLon: number, aLat: number, bLon: number, bLat: number) => boolean) {
    const all: number[] = [];
    let south = Infinity;
    let north = -Infinity;
    eachSide(outline, (aLon, aLat, bLon, bLat) => {
      if (except?.(aLon, aLat, bLon, bLat) === true) return;
      all.push(aLon, aLat, bLon, bLat);
      south = Math.min(south, aLat, bLat);
      north = Math.max(north, aLat, bLat);
    });
    const bands = Math.min(Math.max(Math.round(all.length / 16), 1), 512);
    this.south = south;
    this.high = Math.max(Math.ceil((north - south + 1) / bands), 1);
    this.starts = new Int32Array(bands + 1);
    const each = (i: number, visit: (band: number) => void) => {
      const a = all[i + 1] as number;
      const b = all[i + 3] as number;
      const last = Math.floor((Math.max(a, b) - south) / this.high);
      for (let band = Math.floor((Math.min(a, b) - south) / this.high); band <= last; band++) visit(band);
    };
    let n = 0;
    for (let i = 0; i < all.length; i += 4) each(i, (band) => {
      this.starts[band + 1] = (this.starts[band + 1] as number) + 1;
      n++;
    });
    for (let band = 0; band < bands; band++) this.starts[band + 1] = (this.starts[band + 1] as number) + (this.starts[band] as number);
    this.sides = new Int32Array(4 * n);
    const next = this.starts.slice();
    for (let i = 0; i < all.length; i += 4) each(i, (band) => {
      const k = 4 * (next[band] as number);
      next[band] = (next[band] as number) + 1;
      for (let m = 0; m < 4; m++) this.sides[k + m] = all[i + m] as number;
    });
  }

  /** Says of a place whether it lies on a side (`onSide`), else whether a ray to the east crosses an odd number of sides (`crossed`, 1), or an even one (0). */
  look(lon: number, lat: number): number {
    const band = Math.floor((lat - this.south) / this.high);
    if (!(band >= 0 && band < this.starts.length - 1)) return 0;
    const { sides } = this;
    const end = 4 * (this.starts[band + 1] as number);
    let odd = 0;
    for (let i = 4 * (this.starts[band] as number); i < end; i += 4) {
      const seen = look(sides[i] as number, sides[i + 1] as number, sides[i + 2] as number, sides[i + 3] as number, lon, lat);
      if (seen === onSide) return onSide;
      odd ^= seen;
    }
    return odd;
  }
}

const known = new WeakMap<Outline, Cover>();

/** Gives the sides of an outline in bands, made once. */
export function coverOf(outline: Outline): Cover {
  let c = known.get(outline);
  if (c === undefined) known.set(outline, (c = new Cover(outline)));
  return c;
}

/** Reports whether an outline covers a place, its edge included. */
export function covers(outline: Outline, q: LatticePoint): boolean {
  return coverOf(outline).look(q.lon, q.lat) !== 0;
}
