import assert from "node:assert/strict";
import { test } from "node:test";
import { contains, distanceM, nearestInside, type LonLat } from "./inside";
import { onLattice } from "./position";

/** A ring of squares of about 11 m north and 8 m east, from corners counted from a place in the town. */
const ring = (...corners: [number, number][]): number[][] => [...corners, corners[0] ?? [0, 0]].map(([x, y]) => [125.66 + x * 1e-4, 43.52 + y * 1e-4]);
const at = (x: number, y: number): LonLat => onLattice({ lon: 125.66 + x * 1e-4, lat: 43.52 + y * 1e-4 });

const square = [[ring([0, 0], [10, 0], [10, 10], [0, 10])]];
const holed = [[ring([0, 0], [10, 0], [10, 10], [0, 10]), ring([4, 4], [4, 6], [6, 6], [6, 4])]];
const two = [...square, [ring([20, 0], [30, 0], [30, 10], [20, 10])]];

function moved(area: number[][][][], from: LonLat): { p: LonLat; m: number } {
  const p = nearestInside(area, from);
  assert.ok(p !== null);
  assert.ok(contains(area, p), `${p.lon} ${p.lat} is outside`);
  assert.equal(p.lon, Number(p.lon.toFixed(7)));
  assert.equal(p.lat, Number(p.lat.toFixed(7)));
  return { p, m: distanceM(from, p) };
}

test("what is inside stays", () => {
  assert.deepEqual(nearestInside(square, at(5, 5)), at(5, 5));
});

test("from beside an edge straight across it, a little inside", () => {
  const { p, m } = moved(square, at(-1, 5));
  assert.ok(Math.abs(p.lat - at(0, 5).lat) < 1e-7);
  assert.ok(m > 8.07 && m < 11, `${m} m`);
});

test("from beyond a corner, from an edge, and from a corner itself", () => {
  moved(square, at(-1, -1));
  for (const from of [at(0, 5), at(0, 0), at(10, 10)]) {
    const { m } = moved(square, from);
    assert.ok(m > 0.03 && m < 2.2, `${m} m`);
  }
});

test("from a hole to its nearest rim, not to its middle nor across", () => {
  assert.equal(contains(holed, at(5, 5)), false);
  const { p } = moved(holed, at(4.2, 5));
  assert.ok(p.lon < at(4, 5).lon && p.lon > at(3.5, 5).lon);
});

test("to the nearer part of several", () => {
  assert.ok(moved(two, at(12, 5)).p.lon < at(10, 5).lon);
  assert.ok(moved(two, at(18, 5)).p.lon > at(20, 5).lon);
});

test("an area narrower than a step", () => {
  const strip = [[ring([0, 0], [10, 0], [10, 0.02], [0, 0.02])]];
  moved(strip, at(5, -3));
});

test("a spike whose tip is nearest", () => {
  const spike = [[ring([0, 0], [10, 0.3], [10, -0.3])]];
  moved(spike, at(-1, 0));
});

test("nothing, where there is no area", () => {
  assert.equal(nearestInside([], at(0, 0)), null);
});

test("distances on the ground", () => {
  assert.ok(Math.abs(distanceM(at(0, 0), at(0, 10)) - 111.32) < 0.01);
  assert.ok(Math.abs(distanceM(at(0, 0), at(10, 0)) - 80.72) < 0.1);
});
