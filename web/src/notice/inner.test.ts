import assert from "node:assert/strict";
import { test } from "node:test";
import { innerPoint, isInside } from "./inner";

const ring = (...corners: [number, number][]): number[][] => [...corners, corners[0] ?? [0, 0]].map(([x, y]) => [125.66 + x * 1e-4, 43.52 + y * 1e-4]);

/** The place in the units of the rings. */
function units(area: number[][][][]): [number, number] {
  const p = innerPoint(area);
  assert.ok(p !== null);
  assert.equal(p.lon, Number(p.lon.toFixed(7)));
  return [(p.lon - 125.66) / 1e-4, (p.lat - 43.52) / 1e-4];
}

test("the middle of a square", () => {
  const [x, y] = units([[ring([0, 0], [10, 0], [10, 10], [0, 10])]]);
  // A tenth of a thousandth of a degree is shorter to the east than to the north.
  assert.ok(Math.abs(x - 5) < 0.3 && Math.abs(y - 5) < 1.6, `${x} ${y}`);
});

test("the broad part of an area that is narrow elsewhere, not its middle", () => {
  const [x, y] = units([[ring([0, 0], [30, 0], [30, 1], [8, 1], [8, 10], [0, 10])]]);
  assert.ok(x > 2 && x < 6 && y > 3 && y < 7, `${x} ${y}`);
});

test("not in a hole, and in the larger of two parts", () => {
  const [x, y] = units([[ring([0, 0], [10, 0], [10, 10], [0, 10]), ring([3, 3], [3, 7], [7, 7], [7, 3])]]);
  assert.ok(!(x > 3 && x < 7 && y > 3 && y < 7), `${x} ${y}`);
  const [east] = units([[ring([0, 0], [2, 0], [2, 2], [0, 2])], [ring([20, 0], [30, 0], [30, 10], [20, 10])]]);
  assert.ok(east > 20);
});

test("nowhere in an area without size", () => {
  assert.equal(innerPoint([]), null);
  assert.equal(innerPoint([[ring([0, 0], [5, 5])]]), null);
  assert.equal(innerPoint([[[]]]), null);
});

test("inside and outside, also in a hole and in another part", () => {
  const area = [[ring([0, 0], [10, 0], [10, 10], [0, 10]), ring([3, 3], [3, 7], [7, 7], [7, 3])], [ring([20, 0], [30, 0], [30, 10], [20, 10])]];
  const at = (x: number, y: number) => isInside(area, 125.66 + x * 1e-4, 43.52 + y * 1e-4);
  assert.deepEqual([at(1, 1), at(5, 5), at(15, 5), at(25, 5), at(1, -1)], [true, false, false, true, false]);
});
