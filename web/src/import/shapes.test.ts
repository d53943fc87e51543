import assert from "node:assert/strict";
import { test } from "node:test";
import { apartKm, boxOfShapes, listed, lookOf, markPlace } from "./shapes";
import type { Shape } from "./types";

function shape(geometry: GeoJSON.Geometry | null, more: Partial<Shape["properties"]> = {}): Shape {
  return { type: "Feature", geometry, properties: { feature: 1, code: "", name: "", ...more } };
}

const square = (x: number, y: number, size: number) => [[[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]];

test("the box is around everything that can be on a map", () => {
  const shapes = [shape({ type: "Polygon", coordinates: square(125, 43, 1) }), shape(null), shape({ type: "Point", coordinates: [127, 43.5] }), shape({ type: "Point", coordinates: [43, 125] })];
  assert.deepEqual(boxOfShapes(shapes), [125, 43, 127, 44]);
  assert.equal(boxOfShapes([shape(null)]), null);
  assert.deepEqual(boxOfShapes([shape({ type: "GeometryCollection", geometries: [{ type: "LineString", coordinates: [[1, 2], [3, 4]] }] })]), [1, 2, 3, 4]);
});

test("the mark stands on the largest part", () => {
  assert.deepEqual(markPlace(shape({ type: "MultiPolygon", coordinates: [square(0, 0, 1), square(10, 10, 4)] })), [12, 12]);
  assert.equal(markPlace(shape(null)), null);
});

test("what lies far off is told by how far", () => {
  const district = [125.4, 43.2, 126, 43.8] as const;
  assert.equal(apartKm([125.5, 43.5, 126.5, 44], district), 0);
  assert.ok(Math.abs(apartKm([125.5, 44.8, 125.6, 45], district) - 111.2) < 1);
  const km = apartKm([119.5, 43.3, 120, 43.7], district);
  assert.ok(km > 420 && km < 450, String(km));
});

test("what is wrong with a shape goes before what it changes", () => {
  const p = { feature: 1, code: "", name: "" };
  assert.equal(lookOf({ ...p, change: "new" }, false), "file");
  assert.equal(lookOf({ ...p, change: "new" }, true), "new");
  assert.equal(lookOf({ ...p, change: "changed", errors: 1 }, true), "faulty");
  assert.equal(lookOf({ ...p, change: "" }, true), "faulty");
  assert.equal(lookOf({ ...p, change: "gone", warnings: 2 }, true), "gone");
});

test("changes of most land are listed first", () => {
  const all = [shape(null, { code: "b", change: "changed", moved_m2: 5 }), shape(null, { code: "c", change: "changed", moved_m2: 70 }), shape(null, { code: "a", change: "changed", moved_m2: 5 }), shape(null, { code: "n", change: "new" }), shape(null, { code: "x", change: "" })];
  assert.deepEqual(listed(all, "changed").map((s) => s.properties.code), ["c", "a", "b"]);
  assert.deepEqual(listed(all, "").map((s) => s.properties.code), ["x"]);
});
