import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePosition } from "./position";

const district: [number, number, number, number] = [125.4, 43.2, 126, 43.8];

test("positions as people write them", () => {
  const want = { lon: 125.6, lat: 43.5 };
  for (const text of ["43.5,125.6", "43.5 125.6", " 43.5， 125.6 ", "４３．５，１２５．６", "125.6,43.5", "125.6E 43.5N", "43.5°N, 125.6°E", "东经125.6 北纬43.5", "(43.5, 125.6)"]) {
    assert.deepEqual(parsePosition(text, district), want, text);
  }
});

test("the order is told by the bounds where both could be", () => {
  assert.deepEqual(parsePosition("12,50", [10, 48, 14, 52]), { lon: 12, lat: 50 });
  assert.deepEqual(parsePosition("50,12", [10, 48, 14, 52]), { lon: 12, lat: 50 });
  assert.deepEqual(parsePosition("12,50", null), { lon: 50, lat: 12 });
});

test("what is no position", () => {
  for (const text of ["", "43.5", "43.5,125.6,7", "here", "43.5,200", "100,125", "1e5,3", "43..5,125"]) assert.equal(parsePosition(text, district), null, text);
});

test("a position is rounded to the lattice", () => {
  assert.deepEqual(parsePosition("43.123456789,125.987654321", null), { lon: 125.9876543, lat: 43.1234568 });
});
