/** A box of degrees: west, south, east, north. */
export type Box = readonly [number, number, number, number];

type Ring = readonly (readonly number[])[];

/** A place for a name with the room it has there, in degrees of longitude. */
export interface Spot {
  lon: number;
  lat: number;
  width: number;
}

/** Gives the longitudes where a horizontal line crosses the rings of a polygon, in order. */
function crossings(rings: readonly Ring[], lat: number): number[] {
  const out: number[] = [];
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [x0, y0] = ring[j] as [number, number];
      const [x1, y1] = ring[i] as [number, number];
      if (y0 > lat !== y1 > lat) out.push(x0 + ((lat - y0) / (y1 - y0)) * (x1 - x0));
    }
  }
  return out.sort((a, b) => a - b);
}

/** How many lines are tried over the height of a polygon. */
const lines = 15;

/**
 * Finds where a name fits best in the part of a polygon that is in view: the
 * middle of the widest horizontal stretch, with a liking for the middle of the
 * height, because names are written along the line. Null where nothing of the
 * polygon is in view.
 */
export function labelSpot(rings: readonly Ring[], view: Box): Spot | null {
  let south = Infinity;
  let north = -Infinity;
  for (const p of rings[0] ?? []) {
    const y = p[1] as number;
    south = Math.min(south, y);
    north = Math.max(north, y);
  }
  south = Math.max(south, view[1]);
  north = Math.min(north, view[3]);
  let best: Spot | null = null;
  let bestScore = 0;
  for (let i = 1; i <= lines; i++) {
    const part = i / (lines + 1);
    const lat = south + (north - south) * part;
    const xs = crossings(rings, lat);
    for (let k = 0; k + 1 < xs.length; k += 2) {
      const west = Math.max(xs[k] as number, view[0]);
      const east = Math.min(xs[k + 1] as number, view[2]);
      const score = (east - west) * (1 - Math.abs(part - 0.5));
      if (score > bestScore) {
        bestScore = score;
        best = { lon: (west + east) / 2, lat, width: east - west };
      }
    }
  }
  return best;
}
