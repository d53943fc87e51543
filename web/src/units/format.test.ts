import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAgo, formatArea, formatDay, formatDistance, formatExact, formatNumber } from "./format";

test("numbers have separators", () => {
  assert.equal(formatNumber(358462, "zh"), "358,462");
  assert.equal(formatNumber(1676.938, "en", 1), "1,676.9");
});

test("areas in square kilometres and mu", () => {
  assert.deepEqual(formatArea(33_797_206.95, "zh"), { km2: "33.8", mu: "50,696" });
  assert.deepEqual(formatArea(1_676_938_077.8, "en"), { km2: "1,677", mu: "2,515,407" });
  assert.deepEqual(formatArea(32_392.5, "en"), { km2: "0.032", mu: "49" });
  assert.deepEqual(formatArea(10_000, "en"), { km2: "0.01", mu: "15" });
});

test("distances change their unit at a kilometre", () => {
  assert.deepEqual(formatDistance(0.6, "zh"), { value: "0.6", unit: "m" });
  assert.deepEqual(formatDistance(12.4, "zh"), { value: "12", unit: "m" });
  assert.deepEqual(formatDistance(999.4, "zh"), { value: "999", unit: "m" });
  assert.deepEqual(formatDistance(999.6, "zh"), { value: "1", unit: "km" });
  assert.deepEqual(formatDistance(1618.5, "en"), { value: "1.6", unit: "km" });
  assert.deepEqual(formatDistance(12_345, "en"), { value: "12", unit: "km" });
});

test("how long ago", () => {
  const now = Date.UTC(2026, 10, 22);
  assert.equal(formatAgo(now - 30_000, now, "en"), "this minute");
  assert.equal(formatAgo(now - 3 * 86_400_000, now, "en"), "3 days ago");
  assert.equal(formatAgo(now - 3 * 86_400_000, now, "zh"), "3天前");
  assert.equal(formatAgo(Date.UTC(2023, 10, 21), now, "zh"), "3年前");
});

test("times are the district's", () => {
  const t = Date.UTC(2023, 10, 21, 23, 28);
  assert.match(formatExact(t, "zh"), /2023年11月22日.*0?7:28/);
  assert.equal(formatDay(t, "en"), "22 Nov 2023");
});
