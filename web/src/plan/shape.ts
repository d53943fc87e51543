import type { Corner } from "./desk";
import { metresPerStep } from "./model/lattice";
import type { Area, LatticePoint, Outline, Ring } from "./model/types";

/** How far the end of a line that was snapped to a side goes on beyond it, in metres: rounded to the lattice, the end may lie just short of the side. */
const beyondM = 0.5;

/** Gives the corners of a line, its ends drawn out a little where they were snapped to a side. */
export function beyond(line: readonly Corner[]): LatticePoint[] {
  const out = line.map((c) => c.at);
  const extend = (end: number, next: number) => {
    const [p, q] = [out[end], out[next]];
    if (line[end]?.on !== "edge" || p === undefined || q === undefined) return;
    const shrink = Math.cos((p.lat / 1e7) * (Math.PI / 180));
    const m = Math.hypot((p.lon - q.lon) * shrink, p.lat - q.lat) * metresPerStep;
    const by = beyondM / m;
    out[end] = { lon: Math.round(p.lon + (p.lon - q.lon) * by), lat: Math.round(p.lat + (p.lat - q.lat) * by) };
  };
  extend(0, 1);
  extend(out.length - 1, out.length - 2);
  return out;
}

/** Reports whether a place lies inside a ring, or on its edge in some cases: for choosing, not for deciding. */
function inRing(r: Ring, lon: number, lat: number): boolean {
  let inside = false;
  for (let i = 0, k = r.length - 2; i < r.length; k = i, i += 2) {
    const [ax = 0, ay = 0, bx = 0, by = 0] = [r[i], r[i + 1], r[k], r[k + 1]];
    if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

function inOutline(o: Outline, lon: number, lat: number): boolean {
  return o.some(([outer, ...holes]) => outer !== undefined && inRing(outer, lon, lat) && !holes.some((h) => inRing(h, lon, lat)));
}

/** Gives a place inside an outline, well away from its edge where it can. */
function insideOf(o: Outline): LatticePoint | null {
  const [outer] = o[0] ?? [];
  if (outer === undefined) return null;
  let best: { lon: number; lat: number; room: number } | null = null;
  let [south, north] = [Infinity, -Infinity];
  for (let i = 1; i < outer.length; i += 2) [south, north] = [Math.min(south, outer[i] ?? 0), Math.max(north, outer[i] ?? 0)];
  // The widest stretch of some lines across it.
  for (let n = 1; n < 8; n++) {
    const lat = south + ((north - south) * n) / 8 + 0.5;
    const cuts: number[] = [];
    for (const r of o[0] ?? []) {
      for (let i = 0, k = r.length - 2; i < r.length; k = i, i += 2) {
        const [ax = 0, ay = 0, bx = 0, by = 0] = [r[i], r[i + 1], r[k], r[k + 1]];
        if (ay > lat !== by > lat) cuts.push(((bx - ax) * (lat - ay)) / (by - ay) + ax);
      }
    }
    cuts.sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const [w = 0, e = 0] = [cuts[i], cuts[i + 1]];
      if (best === null || e - w > best.room) best = { lon: Math.round((w + e) / 2), lat: Math.round(lat), room: e - w };
    }
  }
  return best;
}

/** Reports whether a unit lies in an area already. */
export function takes(area: Area, unit: Area): boolean {
  const at = insideOf(unit.outline);
  return at !== null && inOutline(area.outline, at.lon, at.lat);
}

/** Gives an outline as GeoJSON has it. */
export function coordinatesOf(o: Outline): number[][][][] {
  return o.map((polygon) =>
    polygon.map((r) => {
      const ring: number[][] = [];
      for (let i = 0; i < r.length; i += 2) ring.push([(r[i] ?? 0) / 1e7, (r[i + 1] ?? 0) / 1e7]);
      const [first] = ring;
      if (first !== undefined) ring.push(first);
      return ring;
    }),
  );
}

/** Gives a closed ring, counter-clockwise, as GeoJSON has it. */
export function ringOf(corners: readonly LatticePoint[]): [number, number][] {
  let twice = 0;
  corners.forEach((p, i) => {
    const q = corners[(i + 1) % corners.length] ?? p;
    twice += p.lon * q.lat - q.lon * p.lat;
  });
  const ring = corners.map((c): [number, number] => [c.lon / 1e7, c.lat / 1e7]);
  if (twice < 0) ring.reverse();
  const [first] = ring;
  return first === undefined ? [] : [...ring, first];
}
