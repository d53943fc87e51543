import assert from "node:assert/strict";
import { test } from "node:test";
import { clockAheadMs, rightFixMs, rightMs } from "./clock";

const minute = 60_000;
const phone = Date.parse("2026-11-02T03:00:00Z");

test("times of a phone whose clock is known to be wrong are set right, and small differences let be", () => {
  for (const ahead of [120 * minute, -120 * minute, 3 * minute]) {
    clockAheadMs.value = ahead;
    assert.equal(rightMs(phone), phone - ahead);
  }
  for (const ahead of [minute, -2 * minute, null]) {
    clockAheadMs.value = ahead;
    assert.equal(rightMs(phone), phone);
  }
});

test("a position that the satellites dated is right already", () => {
  clockAheadMs.value = 120 * minute;
  assert.equal(rightFixMs(phone - 5_000, phone), phone - 5_000 - 120 * minute);
  assert.equal(rightFixMs(phone - 120 * minute, phone), phone - 120 * minute);
});

test("a clock that was set right is believed before the server is heard of again", (t) => {
  for (const ahead of [120 * minute, -120 * minute]) {
    clockAheadMs.value = ahead;
    const set = t.mock.method(Date, "now", ((now) => () => now - ahead)(Date.now()));
    assert.equal(rightMs(phone), phone);
    set.mock.restore();
    assert.equal(rightMs(phone), phone - ahead);
  }
});
