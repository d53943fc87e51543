import { turn } from "./cover";
import { metresPerStep } from "./lattice";
import { eachSide } from "./outline";
import type { Area, Box, LatticePoint } from "./types";

/** A side that is near a place, and the place on it. */
export interface NearSide {
  a: LatticePoint;
  b: LatticePoint;
  at: LatticePoint;
  distanceM: number;
}

/** Finds the side of areas that is nearest to a place, within a distance and a box of it, of equals that with the lowest ends, as the server does; not one that ends in `except`. */
export function nearestOn(areas: readonly Area[], q: LatticePoint, box: Box, withinM: number, except?: LatticePoint): NearSide | null {
  const shrink = Math.cos(q.lat * 1e-7 * (Math.PI / 180));
  let far = withinM;
  let best: [number, number, number, number] | null = null;
  for (const area of areas) {
    eachSide(area.outline, (aLon, aLat, bLon, bLat) => {
      if (Math.max(aLon, bLon) < box.west || Math.min(aLon, bLon) > box.east || Math.max(aLat, bLat) < box.south || Math.min(aLat, bLat) > box.north) return;
      if (except !== undefined && ((aLon === except.lon && aLat === except.lat) || (bLon === except.lon && bLat === except.lat))) return;
      const side: [number, number, number, number] = aLon < bLon || (aLon === bLon && aLat <= bLat) ? [aLon, aLat, bLon, bLat] : [bLon, bLat, aLon, aLat];
      const d = along(side, q, shrink).far;
      if (d < far || (d === far && (best === null || lower(side, best)))) {
        far = d;
        best = side;
      }
    });
  }
  // What a function given away sets is not seen by the compiler.
  const found = best as [number, number, number, number] | null;
  if (found === null) return null;
  const [aLon, aLat, bLon, bLat] = found;
  return { a: { lon: aLon, lat: aLat }, b: { lon: bLon, lat: bLat }, at: project(found, q, shrink), distanceM: far };
}

function lower(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < 4; i++) {
    const [x = 0, y = 0] = [a[i], b[i]];
    if (x !== y) return x < y;
  }
  return false;
}

/** Gives where on a side the place nearest to q lies, from 0 to 1, in the plane that touches the globe at q, and the distance in metres. */
function along([aLon, aLat, bLon, bLat]: readonly [number, number, number, number], q: LatticePoint, shrink: number): { t: number; far: number } {
  const dx = (bLon - aLon) * shrink;
  const dy = bLat - aLat;
  const x = (q.lon - aLon) * shrink;
  const y = q.lat - aLat;
  const t = Math.min(Math.max((x * dx + y * dy) / (dx * dx + dy * dy), 0), 1);
  return { t, far: Math.hypot(x - t * dx, y - t * dy) * metresPerStep };
}

/** Gives the lattice place of a side next to q: q itself where it lies within a step of the side, so that a place that was projected once stays. */
function project(side: readonly [number, number, number, number], q: LatticePoint, shrink: number): LatticePoint {
  const [aLon, aLat, bLon, bLat] = side;
  const off = Math.abs(turn(aLon, aLat, bLon, bLat, q.lon, q.lat));
  const long = Math.max(Math.abs(bLon - aLon), Math.abs(bLat - aLat));
  const within = q.lon >= Math.min(aLon, bLon) && q.lon <= Math.max(aLon, bLon) && q.lat >= Math.min(aLat, bLat) && q.lat <= Math.max(aLat, bLat);
  if (off <= long && within) return q;
  const { t } = along(side, q, shrink);
  return { lon: aLon + rounded(t * (bLon - aLon)), lat: aLat + rounded(t * (bLat - aLat)) };
}

/** Rounds halves away from zero. */
function rounded(n: number): number {
  return Math.sign(n) * Math.round(Math.abs(n));
}
