import assert from "node:assert/strict";
import { test } from "node:test";
import type { Numbers, Tally } from "./model/types";
import { meanOf, rowsOf } from "./numbers";

const n = (households: number, areaM2: number, reports = 0): Numbers => ({ households, areaM2, reports, open: 0 });
const tallies: Tally[] = [
  { key: "grid:1", base: n(100, 1000, 5), now: n(100, 1000, 5) },
  { key: "grid:2", base: n(100, 1000, 5), now: n(90.4, 900, 3) },
  { key: "grid:3", base: n(50, 500, 1), now: null },
  { key: "grid:4", base: null, now: n(9.6, 100, 2) },
  { key: "grid:5", base: n(70, 700), now: n(70, 700) },
];

test("what differs comes first, the greatest first, then the chosen one", () => {
  const rows = rowsOf(tallies, new Map(), "grid:5");
  assert.deepEqual(rows.map((r) => r.key), ["grid:3", "grid:2", "grid:4", "grid:5", "grid:1"]);
  assert.deepEqual(rows.map((r) => r.differs), [true, true, true, false, false]);
  assert.deepEqual(rows.slice(0, 3).map((r) => [r.households, r.reports, r.areaM2]), [[-50, -1, -500], [-10, -2, -100], [10, 2, 100]]);
});

test("what is under the hand counts before what the plan has", () => {
  const rows = rowsOf(tallies, new Map([["grid:1", n(103, 1010, 6)], ["grid:2", n(100, 1000, 5)]]), null);
  const one = rows.find((r) => r.key === "grid:1");
  assert.deepEqual(one, { key: "grid:1", now: n(103, 1010, 6), households: 3, reports: 1, areaM2: 10, live: true, differs: true });
  assert.equal(rows.find((r) => r.key === "grid:2")?.differs, false);
});

test("the mean is of the grids that there will be", () => {
  assert.equal(meanOf([{ now: n(10, 1) }, { now: null }, { now: n(20, 1) }]), 15);
  assert.equal(meanOf([]), 0);
});
