import { crossed, look, turn } from "./cover";
import { eachSide } from "./outline";
import type { LatticePoint, Outline } from "./types";

/** A way from a place along a side: a vector on the lattice. */
interface Way {
  readonly dLon: number;
  readonly dLat: number;
  readonly outline: number;
}

/**
 * Tells for each of the sectors that the sides of outlines make round a place
 * which of the outlines it lies in. So what a place belongs to after outlines
 * were joined or cut out of each other is known exactly, without doing that: a
 * shape covers a place if it has any of the sectors.
 */
export function sectorsAt(outlines: readonly Outline[], q: LatticePoint): boolean[][] {
  const ways: Way[] = [];
  // Just above due east of the place: rays look at what is above it, and sides through it count as west.
  const inside = outlines.map((outline, k) => {
    let odd = 0;
    const along = (lon: number, lat: number) => {
      if (lon !== q.lon || lat !== q.lat) ways.push({ dLon: lon - q.lon, dLat: lat - q.lat, outline: k });
    };
    eachSide(outline, (aLon, aLat, bLon, bLat) => {
      const seen = look(aLon, aLat, bLon, bLat, q.lon, q.lat);
      if (seen === crossed) odd ^= 1;
      else if (seen !== 0) {
        along(aLon, aLat);
        along(bLon, bLat);
      }
    });
    return odd === 1;
  });
  ways.sort(compareWays);
  const out = [[...inside]];
  ways.forEach((way, i) => {
    inside[way.outline] = !inside[way.outline];
    const next = ways[i + 1];
    if (next === undefined || compareWays(way, next) !== 0) out.push([...inside]);
  });
  return out;
}

/** Orders ways counter-clockwise, from just above due east round to due east. */
function compareWays(a: Way, b: Way): number {
  return half(a) - half(b) || turn(0, 0, b.dLon, b.dLat, a.dLon, a.dLat);
}

function half({ dLon, dLat }: Way): number {
  if (dLat > 0) return 0;
  if (dLat === 0) return dLon < 0 ? 1 : 3;
  return 2;
}
