import assert from "node:assert/strict";
import { test } from "node:test";
import { formatLocal, parseLocal } from "./when";

test("a time is read by the clock of the district, wherever the device is", () => {
  assert.equal(parseLocal("2026-12-01T08:00", "Asia/Shanghai")?.toISOString(), "2026-12-01T00:00:00.000Z");
  assert.equal(parseLocal("2026-12-01T08:00:30", "Asia/Shanghai")?.toISOString(), "2026-12-01T00:00:30.000Z");
  assert.equal(formatLocal(Date.parse("2026-12-31T16:30:00Z"), "Asia/Shanghai"), "2027-01-01T00:30");
});

test("also where the clock is changed", () => {
  assert.equal(parseLocal("2026-03-29T03:30", "Europe/Berlin")?.toISOString(), "2026-03-29T01:30:00.000Z");
  assert.equal(parseLocal("2026-03-29T01:30", "Europe/Berlin")?.toISOString(), "2026-03-29T00:30:00.000Z");
});

test("what is no time is none", () => {
  for (const text of ["", "2026-12-01", "tomorrow", "2026-13-01T08:00"]) assert.equal(parseLocal(text, "Asia/Shanghai"), null, text);
});
