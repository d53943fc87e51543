import type { Kind } from "../../api/types";
import type { Basis, MultiPolygon, PlanFeature } from "../types";
import { degrees } from "./lattice";
import type { LatticePoint } from "./types";

/** Random numbers from 0 to 1, the same for a seed every time: mulberry32 (T. Ettinger). */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A corner of a made-up town: steps of 20,000 (about 200 m) from its south-western corner, moved a little where `jitter` says so. */
export type Corner = (x: number, y: number) => LatticePoint;

export const square = 20_000;

export function straight(x: number, y: number): LatticePoint {
  return { lon: 1_256_600_000 + x * square, lat: 435_200_000 + y * square };
}

/** Moves each corner by up to two fifths of a step, the same way every time. */
export function jittered(seed: number): Corner {
  return (x, y) => {
    const rnd = random(seed + 1009 * x + 7919 * y);
    const off = () => Math.round((rnd() - 0.5) * 0.8 * square);
    const { lon, lat } = straight(x, y);
    return { lon: lon + off(), lat: lat + off() };
  };
}

/** Gives the ring round some squares, with all corners along it; counter-clockwise. */
export function block(corner: Corner, west: number, south: number, east: number, north: number): LatticePoint[] {
  const out: LatticePoint[] = [];
  for (let x = west; x < east; x++) out.push(corner(x, south));
  for (let y = south; y < north; y++) out.push(corner(east, y));
  for (let x = east; x > west; x--) out.push(corner(x, north));
  for (let y = north; y > south; y--) out.push(corner(west, y));
  return out;
}

export function shapeOfRings(...polygons: (readonly LatticePoint[])[][]): MultiPolygon {
  return { type: "MultiPolygon", coordinates: polygons.map((rings) => rings.map((ring) => [...ring, ring[0] as LatticePoint].map(degrees))) };
}

export function feature(kind: Kind, code: string, geometry: MultiPolygon, households = 0): PlanFeature {
  return { type: "Feature", geometry, properties: { kind, code, name: code, households, area_m2: 0 } };
}

/**
 * A town of n times n groups, in grids of two times two groups, within one
 * district. Codes of grids run against those of groups, so that the lowest is
 * not always the first.
 */
export function town(n: number, corner: Corner): PlanFeature[] {
  const out = [feature("district", "d", shapeOfRings([block(corner, 0, 0, n, n)]))];
  const code = (prefix: string, x: number, y: number) => `${prefix}${String(x).padStart(2, "0")}${String(y).padStart(2, "0")}`;
  for (let x = 0; x < n; x += 2) {
    for (let y = 0; y < n; y += 2) out.push(feature("grid", code("g", n - x, y), shapeOfRings([block(corner, x, y, x + 2, y + 2)])));
  }
  for (let x = 0; x < n; x++) {
    for (let y = 0; y < n; y++) out.push(feature("village_group", code("v", x, y), shapeOfRings([block(corner, x, y, x + 1, y + 1)])));
  }
  return out;
}

/** Reports and homes all over a town of n times n squares, many of them on corners and sides. */
export function scattered(seed: number, n: number, corner: Corner, count: number): Pick<Basis, "homes" | "reports"> {
  const rnd = random(seed);
  const place = (): LatticePoint => {
    const [x, y] = [Math.floor(rnd() * (n + 1)), Math.floor(rnd() * (n + 1))];
    const a = corner(x, y);
    if (rnd() < 0.1) return a;
    if (rnd() < 0.2) {
      // The middle of a side, where that is on the lattice.
      const b = rnd() < 0.5 ? corner(Math.min(x + 1, n), y) : corner(x, Math.min(y + 1, n));
      return { lon: Math.trunc((a.lon + b.lon) / 2), lat: Math.trunc((a.lat + b.lat) / 2) };
    }
    const q = straight(rnd() * (n + 1) - 0.5, rnd() * (n + 1) - 0.5);
    return { lon: Math.round(q.lon), lat: Math.round(q.lat) };
  };
  const out: Pick<Basis, "homes" | "reports"> = { homes: { lon_e7: [], lat_e7: [], hundredths: [] }, reports: { lon_e7: [], lat_e7: [], age_days: [], open: [], category: [] } };
  for (let i = 0; i < count; i++) {
    const q = place();
    const of = i % 2 === 0 ? out.homes : out.reports;
    of.lon_e7.push(q.lon);
    of.lat_e7.push(q.lat);
    if (i % 2 === 0) {
      out.homes.hundredths.push(100 * Math.floor(rnd() * 5) + 25);
    } else {
      out.reports.age_days.push(Math.floor(rnd() * 500));
      out.reports.open.push(rnd() < 0.2 ? 1 : 0);
      out.reports.category.push(0);
    }
  }
  return out;
}
