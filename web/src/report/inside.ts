import { onLattice } from "./position";

type Ring = readonly (readonly number[])[];
type MultiPolygon = readonly (readonly Ring[])[];

const degreeM = 111_320;

/** How far inside an area a place is put, in metres: more than the rounding of positions, less than a step. */
const insideM = 1.5;

/** A position in degrees. */
export interface LonLat {
  lon: number;
  lat: number;
}

/** Gives the distance of two positions in metres, as on a plane: good to a thousandth within a district. */
export function distanceM(a: LonLat, b: LonLat): number {
  const across = degreeM * Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180);
  return Math.hypot((b.lon - a.lon) * across, (b.lat - a.lat) * degreeM);
}

/** Reports whether a position lies in a multipolygon, holes left out: the even-odd rule over all rings. */
export function contains(area: MultiPolygon, { lon, lat }: LonLat): boolean {
  let inside = false;
  for (const ring of area.flat()) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [x1 = 0, y1 = 0] = ring[i] ?? [];
      const [x2 = 0, y2 = 0] = ring[j] ?? [];
      if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}

/**
 * Gives the place in an area that is nearest to a position: the position
 * itself where it is inside already and not on the edge, else a place 1.5 metres inside the
 * nearest edge, on the lattice of positions (1e-7 degrees). Where the area is
 * narrower than that it is less far inside; null where no such place is found.
 */
export function nearestInside(area: MultiPolygon, from: LonLat): LonLat | null {
  // Metres east and north of the position.
  const across = degreeM * Math.cos((from.lat * Math.PI) / 180);
  let best: { x: number; y: number; d: number; ex: number; ey: number } | null = null;
  for (const ring of area.flat()) {
    for (let i = 1; i < ring.length; i++) {
      const [lon1 = 0, lat1 = 0] = ring[i - 1] ?? [];
      const [lon2 = 0, lat2 = 0] = ring[i] ?? [];
      const x1 = (lon1 - from.lon) * across;
      const y1 = (lat1 - from.lat) * degreeM;
      const ex = (lon2 - lon1) * across;
      const ey = (lat2 - lat1) * degreeM;
      const length2 = ex * ex + ey * ey;
      if (length2 === 0) continue;
      const along = Math.min(Math.max(-(x1 * ex + y1 * ey) / length2, 0), 1);
      const x = x1 + along * ex;
      const y = y1 + along * ey;
      const d = Math.hypot(x, y);
      if (best === null || d < best.d) best = { x, y, d, ex, ey };
    }
  }
  if (best === null) return null;
  const { x, y, d, ex, ey } = best;
  // On the edge itself the neighbour may have the place.
  if (d > 0.03 && contains(area, from)) return from;
  const put = (dx: number, dy: number): LonLat => onLattice({ lon: from.lon + (x + dx) / across, lat: from.lat + (y + dy) / degreeM });
  // Straight on from the position, across the edge either way (where the
  // position lies on it), then around: at a corner any of them may be outside.
  const length = Math.hypot(ex, ey);
  const ways: [number, number][] = [...(d > 0.01 ? [[x / d, y / d] satisfies [number, number]] : []), [-ey / length, ex / length], [ey / length, -ex / length]];
  for (let i = 0; i < 32; i++) ways.push([Math.cos((i * Math.PI) / 16), Math.sin((i * Math.PI) / 16)]);
  for (const step of [insideM, 0.5, 0.15, 0.05]) {
    for (const [wx, wy] of ways) {
      const p = put(wx * step, wy * step);
      if (contains(area, p)) return p;
    }
  }
  return null;
}
