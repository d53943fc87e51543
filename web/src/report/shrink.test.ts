import assert from "node:assert/strict";
import { test } from "node:test";
import { plausible } from "./exif";
import { fitted } from "./shrink";

test("a picture is made to fit by its longest side", () => {
  assert.deepEqual(fitted(4000, 3000, 2000), { width: 2000, height: 1500 });
  assert.deepEqual(fitted(3000, 4000, 2000), { width: 1500, height: 2000 });
  assert.deepEqual(fitted(100, 50, 2000), { width: 100, height: 50 });
  assert.deepEqual(fitted(100_000, 1, 2000), { width: 2000, height: 1 });
});

test("a photo's time counts where it can be true", () => {
  const now = Date.parse("2026-06-01T12:00:00Z");
  assert.equal(plausible(new Date("2026-06-01T11:00:00Z"), now), "2026-06-01T11:00:00.000Z");
  assert.equal(plausible(new Date("2026-06-01T12:00:30Z"), now), "2026-06-01T12:00:00.000Z", "a clock a little ahead");
  for (const t of ["2026-06-01T13:00:00Z", "2025-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "nonsense"]) assert.equal(plausible(new Date(t), now), null, t);
  assert.equal(plausible("2026", now), null);
});
