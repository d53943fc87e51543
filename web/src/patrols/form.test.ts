import assert from "node:assert/strict";
import { test } from "node:test";
import type { Patrol } from "../api/patrols";
import { changeOf, faultOf, formOf, freshForm, patrolsOf } from "./form";

const zone = "Asia/Shanghai";
const area = { kind: "grid", code: "17", name: "十七网格" } as const;
const now = Date.parse("2026-11-24T01:20:00Z"); // 09:20 by the clock of the district

test("a new patrol begins with the next full hour, or on another day in the morning", () => {
  const today = freshForm(area, "2026-11-24", now, zone);
  assert.deepEqual([today.start, today.end], ["10:00", "12:00"]);
  const later = freshForm(area, "2026-11-25", now, zone);
  assert.deepEqual([later.start, later.end], ["08:00", "10:00"]);
  assert.deepEqual(patrolsOf(today, zone), [{ area: { kind: "grid", code: "17" }, planned_start: "2026-11-24T02:00:00.000Z", planned_end: "2026-11-24T04:00:00.000Z" }]);
});

test("a repeated one becomes a patrol of its own each day", () => {
  const f = { ...freshForm(area, "2026-11-27", now, zone), repeat: true, until: "2026-11-30", weekdays: [true, true, true, true, true, false, false], team: [{ person: "a" }], note: " x " };
  assert.deepEqual(patrolsOf(f, zone).map((p) => [p.planned_start, p.team, p.note]), [["2026-11-27T00:00:00.000Z", ["a"], "x"], ["2026-11-30T00:00:00.000Z", ["a"], "x"]]);
});

test("what is missing is named, and nothing is asked for then", () => {
  const f = freshForm(area, "2026-11-27", now, zone);
  const faults = [{ ...f, area: null }, { ...f, start: "" }, { ...f, day: "27.11." }, { ...f, team: Array.from({ length: 6 }, (_, i) => ({ person: String(i) })) }, { ...f, repeat: true, until: "2026-11-20" }, { ...f, repeat: true, until: "2028-11-20" }];
  assert.deepEqual(faults.map((x) => faultOf(x, zone)), ["needArea", "needTime", "needTime", "manyMembers", "noDays", "manyDays"]);
  for (const x of faults) assert.deepEqual(patrolsOf(x, zone), []);
});

test("a change names only what differs", () => {
  const p: Patrol = { id: "p", area, team: [{ person: "a" }, { person: "b" }], planned_start: "2026-11-24T14:00:00Z", planned_end: "2026-11-24T18:00:00Z", state: "scheduled", paused: false, pauses: [], checkpoints: [], reports: [], distance_m: 0, started_at: null, started_seen_at: null, ended_at: null, ended_seen_at: null, last_fix_at: null, absent_since: null, note: "", allow: [], version: 3 };
  const f = formOf(p, zone);
  assert.deepEqual([f.day, f.start, f.end], ["2026-11-24", "22:00", "02:00"]);
  assert.equal(changeOf(f, p, zone), null);
  assert.equal(changeOf({ ...f, team: [{ person: "b" }, { person: "a" }] }, p, zone), null);
  assert.deepEqual(changeOf({ ...f, start: "23:00", team: [{ person: "b" }] }, p, zone), { planned_start: "2026-11-24T15:00:00.000Z", team: ["b"] });
});
