import assert from "node:assert/strict";
import { test } from "node:test";
import { addDays, boundsOf, dayOf, daysBetween, isDay, mostDays, spanOn } from "./days";

const zone = "Asia/Shanghai";
const all = [true, true, true, true, true, true, true];

test("a day is one of the calendar, and is counted on over months", () => {
  assert.equal(addDays("2026-12-31", 1), "2027-01-01");
  assert.equal(addDays("2028-03-01", -1), "2028-02-29");
  assert.deepEqual(["2026-02-28", "2026-02-30", "2026-13-01", "today", "", undefined].map(isDay), [true, false, false, false, false, false]);
});

test("days begin by the clock of the district", () => {
  assert.equal(dayOf(Date.parse("2026-11-23T17:00:00Z"), zone), "2026-11-24");
  assert.deepEqual(boundsOf("2026-11-24", zone), { from: "2026-11-23T16:00:00.000Z", to: "2026-11-24T16:00:00.000Z" });
});

test("a patrol is repeated on the chosen days of the week", () => {
  // 23 November 2026 is a Monday.
  const workdays = [true, true, true, true, true, false, false];
  assert.deepEqual(daysBetween("2026-11-23", "2026-12-01", workdays), ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30", "2026-12-01"]);
  assert.deepEqual(daysBetween("2026-11-23", "2026-11-23", all), ["2026-11-23"]);
  assert.deepEqual(daysBetween("2026-11-23", "2026-11-22", all), []);
  assert.equal(daysBetween("2026-11-23", "2036-11-23", all).length, mostDays + 1);
});

test("a patrol through the night ends on the next day", () => {
  assert.deepEqual(spanOn("2026-11-24", "08:00", "10:30", zone), { from: "2026-11-24T00:00:00.000Z", to: "2026-11-24T02:30:00.000Z" });
  assert.deepEqual(spanOn("2026-11-24", "22:00", "02:00", zone), { from: "2026-11-24T14:00:00.000Z", to: "2026-11-24T18:00:00.000Z" });
  assert.equal(spanOn("2026-11-24", "", "02:00", zone), null);
});
