import { coverOf, crossed, look, onSide, turn } from "./cover";
import { AreaSum } from "./measure";
import { eachSide } from "./outline";
import type { Area, Box, Outline } from "./types";

type Side = readonly [number, number, number, number];

/**
 * Gives the area in square metres of what two outlines have in common: the sum
 * over the stretches of each one's sides that lie in the other, and over those
 * that both have. Where lines meet without a common node it may be off by what
 * lies within a step of the lattice.
 */
export function commonM2(a: Area, b: Area): number {
  const box: Box = { west: Math.max(a.box.west, b.box.west), south: Math.max(a.box.south, b.box.south), east: Math.min(a.box.east, b.box.east), north: Math.min(a.box.north, b.box.north) };
  if (box.west > box.east || box.south > box.north) return 0;
  const [ofA, ofB] = [sidesIn(a.outline, box), sidesIn(b.outline, box)];
  const shared = new Set(ofB.map(String));
  const reversed = new Set(ofB.map(([x, y, u, v]) => String([u, v, x, y])));
  const sum = new AreaSum(box.south);
  for (const side of ofA) {
    const name = String(side);
    if (shared.has(name)) sum.add(...side);
    else if (!reversed.has(name)) addInside(sum, side, ofB, b.outline, true);
  }
  const own = new Set(ofA.flatMap(([x, y, u, v]) => [String([x, y, u, v]), String([u, v, x, y])]));
  for (const side of ofB) {
    if (!own.has(String(side))) addInside(sum, side, ofA, a.outline, false);
  }
  return Math.max(sum.m2, 0);
}

function sidesIn(outline: Outline, box: Box): Side[] {
  const out: Side[] = [];
  eachSide(outline, (aLon, aLat, bLon, bLat) => {
    if (Math.max(aLon, bLon) >= box.west && Math.min(aLon, bLon) <= box.east && Math.max(aLat, bLat) >= box.south && Math.min(aLat, bLat) <= box.north) out.push([aLon, aLat, bLon, bLat]);
  });
  return out;
}

/** Adds the stretches of a side that lie in an outline, of which `sides` are those that may meet it; with `shared` also those along a side that runs the same way. */
function addInside(sum: AreaSum, side: Side, sides: readonly Side[], outline: Outline, shared: boolean): void {
  const [aLon, aLat, bLon, bLat] = side;
  const lon = (t: number) => aLon + t * (bLon - aLon);
  const lat = (t: number) => aLat + t * (bLat - aLat);
  const cuts = [0, 1, ...sides.flatMap((other) => cutsOf(side, other))].sort((x, y) => x - y);
  for (let i = 1; i < cuts.length; i++) {
    const [from = 0, to = 0] = [cuts[i - 1], cuts[i]];
    if (from === to) continue;
    const [midLon, midLat] = [lon((from + to) / 2), lat((from + to) / 2)];
    const seen = coverOf(outline).look(midLon, midLat);
    if (seen === crossed || (seen === onSide && shared && sides.some((s) => alike(side, s, midLon, midLat)))) sum.add(lon(from), lat(from), lon(to), lat(to));
  }
}

/** Gives where on a side another one meets it, from 0 to 1, both left out. */
function cutsOf([aLon, aLat, bLon, bLat]: Side, [cLon, cLat, dLon, dLat]: Side): number[] {
  const c = turn(aLon, aLat, bLon, bLat, cLon, cLat);
  const d = turn(aLon, aLat, bLon, bLat, dLon, dLat);
  if ((c > 0 && d > 0) || (c < 0 && d < 0)) return [];
  const within = (t: number) => t > 0 && t < 1;
  if (c === 0 && d === 0) {
    const long = (bLon - aLon) ** 2 + (bLat - aLat) ** 2;
    const along = (lon: number, lat: number) => ((lon - aLon) * (bLon - aLon) + (lat - aLat) * (bLat - aLat)) / long;
    return [along(cLon, cLat), along(dLon, dLat)].filter(within);
  }
  const a = turn(cLon, cLat, dLon, dLat, aLon, aLat);
  const b = turn(cLon, cLat, dLon, dLat, bLon, bLat);
  return [a / (a - b)].filter(within);
}

/** Reports whether a place lies on a side that runs the same way as another. */
function alike([aLon, aLat, bLon, bLat]: Side, [cLon, cLat, dLon, dLat]: Side, lon: number, lat: number): boolean {
  return look(cLon, cLat, dLon, dLat, lon, lat) === onSide && (bLon - aLon) * (dLon - cLon) + (bLat - aLat) * (dLat - cLat) > 0;
}
