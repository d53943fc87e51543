import assert from "node:assert/strict";
import { test } from "node:test";
import { labelSpot, type Box } from "./label";

const world: Box = [-180, -90, 180, 90];
const square = [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]];

test("the middle of a square", () => {
  assert.deepEqual(labelSpot(square, world), { lon: 2, lat: 2, width: 4 });
});

test("only what is in view counts", () => {
  const s = labelSpot(square, [3, -90, 180, 1]);
  assert.equal(s?.lon, 3.5);
  assert.equal(s?.lat, 0.5);
  assert.equal(labelSpot(square, [5, 5, 6, 6]), null);
});

test("inside a horseshoe, where the centroid is outside", () => {
  const horseshoe = [[[0, 0], [9, 0], [9, 9], [8, 9], [8, 2], [1, 2], [1, 9], [0, 9], [0, 0]]];
  const s = labelSpot(horseshoe, world);
  assert.ok(s !== null && s.lat > 0 && s.lat < 2, JSON.stringify(s));
  assert.equal(s.lon, 4.5);
});

test("beside a hole, not in it", () => {
  const ring = [...square, [[1, 1], [1, 3], [3.5, 3], [3.5, 1], [1, 1]]];
  const s = labelSpot(ring, world);
  assert.ok(s !== null && (s.lat < 1 || s.lat >= 3 || s.lon < 1), JSON.stringify(s));
});

test("nothing without an outline", () => {
  assert.equal(labelSpot([], world), null);
});
