import assert from "node:assert/strict";
import { test } from "node:test";
import { dayClass, dayClasses, dayOf, startOf } from "./days";

test("days since the last visit fall into classes without gaps", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 7, 8, 14, 15, 90].map(dayClass), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
  for (const [i, c] of dayClasses.entries()) {
    assert.equal(dayClass(c.from), i);
    if (i > 0) assert.equal(c.from, (dayClasses[i - 1]?.to ?? NaN) + 1);
  }
});

test("days begin by the clock of a place, and are read back", () => {
  assert.equal(new Date(startOf("2026-09-30", "Asia/Shanghai")).toISOString(), "2026-09-29T16:00:00.000Z");
  assert.equal(new Date(startOf("2026-03-29", "Europe/Berlin")).toISOString(), "2026-03-28T23:00:00.000Z");
  assert.equal(new Date(startOf("2026-03-30", "Europe/Berlin")).toISOString(), "2026-03-29T22:00:00.000Z");
  for (const d of ["2026-01-01", "2026-02-28", "2024-02-29", "2026-12-31"]) assert.equal(dayOf(startOf(d, "Asia/Shanghai"), "Asia/Shanghai"), d);
});

test("days that cannot be read are none", () => {
  for (const d of ["", "monday", "2026-9-1", "2026-13-40"]) assert.ok(Number.isNaN(startOf(d, "Asia/Shanghai")), d);
});
