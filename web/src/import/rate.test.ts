import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords, Rate } from "./rate";

test("the rate is that of the last seconds, and says how long the rest takes", () => {
  const r = new Rate(2_000);
  r.note(0, 0);
  assert.equal(r.perSecond(), null);
  r.note(100, 1_000);
  assert.equal(r.perSecond(), 100);
  assert.equal(r.remaining(300), 2);
  for (let s = 2; s <= 6; s++) r.note(100 + (s - 1) * 1_000, s * 1_000);
  assert.equal(r.perSecond(), 1_000);
  assert.equal(r.remaining(5_100), 0);
  assert.equal(r.remaining(10_100), 5);
});

test("what stands still has no rate", () => {
  const r = new Rate();
  r.note(5, 0);
  r.note(5, 4_000);
  assert.equal(r.perSecond(), null);
  assert.equal(r.remaining(100), null);
});

test("long times are told in minutes", () => {
  assert.deepEqual(inWords(0), { unit: "seconds", n: 1 });
  assert.deepEqual(inWords(89.2), { unit: "minutes", n: 2 });
  assert.deepEqual(inWords(61), { unit: "seconds", n: 61 });
  assert.deepEqual(inWords(601), { unit: "minutes", n: 11 });
});
