import assert from "node:assert/strict";
import { test } from "node:test";
import { maskOf } from "./mask";

const square = (x: number, size: number) => [[x, 0], [x + size, 0], [x + size, size], [x, size], [x, 0]];

test("the mask leaves areas out, and covers their holes", () => {
  const hole = square(2, 1);
  const [all, inside] = maskOf([[[square(0, 10), hole]], [[square(20, 5)]]]);
  assert.ok(all?.geometry.type === "Polygon" && inside?.geometry.type === "Polygon");
  assert.equal(all.geometry.coordinates.length, 3);
  assert.deepEqual(all.geometry.coordinates.slice(1), [square(0, 10), square(20, 5)]);
  assert.deepEqual(inside.geometry.coordinates, [hole]);
});
