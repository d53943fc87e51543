import type { Position } from "../types";
import type { LatticePoint } from "./types";

/** Steps of the lattice in a degree. */
const scale = 1e7;
/** The length of one step along a meridian, in metres, on the sphere of 6,371 km that the server measures small distances on. */
export const metresPerStep = 111_194.93 / scale;

/** Rounds lon/lat in degrees to the lattice, halves away from zero, as the server does. */
export function snapped([lon, lat]: Position | readonly number[]): LatticePoint {
  return { lon: round((lon ?? NaN) * scale), lat: round((lat ?? NaN) * scale) };
}

function round(n: number): number {
  return Math.sign(n) * Math.round(Math.abs(n));
}

/** Gives a place of the lattice in degrees, as the server writes it. */
export function degrees(q: LatticePoint): [number, number] {
  return [q.lon / scale, q.lat / scale];
}

/** Names a place of the lattice, "lon,lat". */
export function nodeKey(q: LatticePoint): string {
  return `${q.lon},${q.lat}`;
}

export function samePlace(p: LatticePoint, q: LatticePoint): boolean {
  return p.lon === q.lon && p.lat === q.lat;
}

/** Gives the metres between two places, in the plane that touches the globe at the first. */
export function distanceM(p: LatticePoint, q: LatticePoint): number {
  const shrink = Math.cos((p.lat / scale) * (Math.PI / 180));
  return Math.hypot((q.lon - p.lon) * shrink, q.lat - p.lat) * metresPerStep;
}
