import type { MultiPolygon, Position } from "../types";
import { degrees, snapped } from "./lattice";
import type { Box, LatticePoint, Outline, Ring } from "./types";

/** Reads the corners of a shape in degrees. */
export function readOutline(shape: MultiPolygon): Outline {
  return shape.coordinates.map((polygon) =>
    polygon.map((points) => {
      const ring = new Int32Array(2 * Math.max(points.length - 1, 0));
      for (let i = 0; i < points.length - 1; i++) {
        const q = snapped(points[i] ?? []);
        ring[2 * i] = q.lon;
        ring[2 * i + 1] = q.lat;
      }
      return ring;
    }),
  );
}

/** Gives an outline as a shape in degrees, its rings closed. */
export function shapeOf(outline: Outline): MultiPolygon {
  const coordinates = outline.map((polygon) =>
    polygon.map((ring) => {
      const points: Position[] = [];
      for (const q of corners(ring)) points.push(degrees(q));
      const first = points[0];
      if (first !== undefined) points.push([first[0], first[1]]);
      return points;
    }),
  );
  return { type: "MultiPolygon", coordinates };
}

/** Gives the corners of a ring. */
export function corners(ring: Ring): LatticePoint[] {
  const out: LatticePoint[] = [];
  for (let i = 0; i < ring.length; i += 2) out.push({ lon: ring[i] as number, lat: ring[i + 1] as number });
  return out;
}

/** Calls visit for every side of an outline, in the direction that has the area on its left. */
export function eachSide(outline: Outline, visit: (aLon: number, aLat: number, bLon: number, bLat: number) => void): void {
  for (const polygon of outline) {
    for (const ring of polygon) {
      let aLon = ring[ring.length - 2] as number;
      let aLat = ring[ring.length - 1] as number;
      for (let i = 0; i < ring.length; i += 2) {
        const bLon = ring[i] as number;
        const bLat = ring[i + 1] as number;
        visit(aLon, aLat, bLon, bLat);
        aLon = bLon;
        aLat = bLat;
      }
    }
  }
}

/** A box that holds nothing. */
export const nowhere: Box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };

export function boxOf(outline: Outline): Box {
  let { west, south, east, north } = nowhere;
  for (const polygon of outline) {
    for (const ring of polygon) {
      for (let i = 0; i < ring.length; i += 2) {
        const lon = ring[i] as number;
        const lat = ring[i + 1] as number;
        if (lon < west) west = lon;
        if (lon > east) east = lon;
        if (lat < south) south = lat;
        if (lat > north) north = lat;
      }
    }
  }
  return { west, south, east, north };
}

export function boxOfPlaces(places: Iterable<LatticePoint>): Box {
  let { west, south, east, north } = nowhere;
  for (const q of places) {
    west = Math.min(west, q.lon);
    east = Math.max(east, q.lon);
    south = Math.min(south, q.lat);
    north = Math.max(north, q.lat);
  }
  return { west, south, east, north };
}

export function boxesMeet(a: Box, b: Box): boolean {
  return a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;
}

export function boxHas(b: Box, q: LatticePoint): boolean {
  return b.west <= q.lon && q.lon <= b.east && b.south <= q.lat && q.lat <= b.north;
}

/** Reports where in a ring a corner is, as the index of its lon; -1 where it is not. */
export function cornerAt(ring: Ring, q: LatticePoint, from = 0): number {
  for (let i = from; i < ring.length; i += 2) {
    if (ring[i] === q.lon && ring[i + 1] === q.lat) return i;
  }
  return -1;
}

/** Gives an outline with a corner put elsewhere, or taken out where `to` is null. Corners that come to lie on their neighbour become one with it. Null where a ring falls below three corners. */
export function withCorner(outline: Outline, at: LatticePoint, to: LatticePoint | null): Outline | null {
  let short = false;
  const out = outline.map((polygon) => {
    if (!polygon.some((ring) => cornerAt(ring, at) >= 0)) return polygon;
    return polygon.map((ring) => {
      if (cornerAt(ring, at) < 0) return ring;
      const made = moved(ring, at, to);
      if (made.length < 6) short = true;
      return made;
    });
  });
  return short ? null : out;
}

function moved(ring: Ring, at: LatticePoint, to: LatticePoint | null): Ring {
  const made = new Int32Array(ring.length);
  let n = 0;
  for (let i = 0; i < ring.length; i += 2) {
    let lon = ring[i] as number;
    let lat = ring[i + 1] as number;
    if (lon === at.lon && lat === at.lat) {
      if (to === null) continue;
      ({ lon, lat } = to);
    }
    if (n > 0 && made[n - 2] === lon && made[n - 1] === lat) continue;
    made[n++] = lon;
    made[n++] = lat;
  }
  if (n > 2 && made[0] === made[n - 2] && made[1] === made[n - 1]) n -= 2;
  return made.slice(0, n);
}

/** Gives an outline with a corner on one of its sides, whichever way that runs; the outline itself where it has not the side. */
export function withNode(outline: Outline, a: LatticePoint, b: LatticePoint, at: LatticePoint): Outline {
  let found = false;
  const out = outline.map((polygon) =>
    polygon.map((ring) => {
      const i = found ? -1 : sideAt(ring, a, b);
      if (i < 0) return ring;
      found = true;
      const made = new Int32Array(ring.length + 2);
      made.set(ring.subarray(0, i + 2));
      made[i + 2] = at.lon;
      made[i + 3] = at.lat;
      made.set(ring.subarray(i + 2), i + 4);
      return made;
    }),
  );
  return found ? out : outline;
}

/** Reports where the first end of a side is in a ring, whichever way it runs; -1 where the ring has not the side. */
function sideAt(ring: Ring, a: LatticePoint, b: LatticePoint): number {
  for (const [from, to] of [[a, b], [b, a]] as const) {
    for (let i = cornerAt(ring, from); i >= 0; i = cornerAt(ring, from, i + 2)) {
      const k = (i + 2) % ring.length;
      if (ring[k] === to.lon && ring[k + 1] === to.lat) return i;
    }
  }
  return -1;
}
