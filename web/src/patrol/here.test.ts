import assert from "node:assert/strict";
import { test } from "node:test";
import type { Patrol } from "../api/patrols";
import { allowOf, arrange, asHere, dateOf, dayStart, standingOf, walkedMs, type Step } from "./here";

const nine = Date.parse("2026-11-02T01:00:00Z"); // by the district's clock
const minute = 60_000;
const iso = (at: number) => new Date(at).toISOString();

function patrol(more: Partial<Patrol> = {}): Patrol {
  return { id: "p", area: { kind: "grid", code: "1", name: "g" }, team: [], planned_start: iso(nine), planned_end: iso(nine + 120 * minute), state: "scheduled", paused: false, pauses: [], checkpoints: [], reports: [], distance_m: 0, started_at: null, started_seen_at: null, ended_at: null, ended_seen_at: null, last_fix_at: null, absent_since: null, note: "", allow: [], version: 1, ...more };
}
const steps = (...all: [Step["deed"], number][]): Step[] => all.map(([deed, m], i) => ({ id: String(i), deed, at: nine + m * minute }));

test("a patrol that has not begun is ready from half an hour before, and late a quarter after its time", () => {
  const at = (m: number) => asHere(patrol(), [], nine + m * minute).state;
  assert.equal(at(-30.01), "scheduled");
  assert.equal(at(-30), "ready");
  assert.equal(at(14.99), "ready");
  assert.equal(at(15), "start_overdue");
  assert.equal(asHere(patrol({ state: "cancelled" }), [], nine).state, "cancelled");
});

test("what was done on the phone counts before the server has heard of it", () => {
  const p = asHere(patrol(), steps(["start", 0], ["pause", 20], ["resume", 30], ["end", 60]), nine + 90 * minute);
  assert.equal(p.state, "done");
  assert.equal(p.started_at, iso(nine));
  assert.deepEqual(p.pauses, [[iso(nine + 20 * minute), iso(nine + 30 * minute)]]);
  assert.equal(walkedMs(p, nine + 90 * minute), 50 * minute);
});

test("what the server has heard of is not done twice, in whatever order answers come", () => {
  const done = steps(["start", 0], ["pause", 20], ["resume", 30], ["pause", 40]);
  const heard: Patrol[] = [
    patrol({ state: "active", started_at: iso(nine) }),
    patrol({ state: "active", started_at: iso(nine), paused: true, pauses: [[iso(nine + 20 * minute), null]] }),
    patrol({ state: "active", started_at: iso(nine), pauses: [[iso(nine + 20 * minute), iso(nine + 30 * minute)]] }),
    patrol({ state: "active", started_at: iso(nine), paused: true, pauses: [[iso(nine + 20 * minute), iso(nine + 30 * minute)], [iso(nine + 40 * minute), null]] }),
  ];
  const whole = asHere(patrol(), done, nine + 50 * minute);
  for (const p of heard) {
    const here = asHere(p, done, nine + 50 * minute);
    assert.equal(here.paused, true);
    assert.deepEqual(here.pauses, whole.pauses);
    assert.equal(walkedMs(here, nine + 50 * minute), 30 * minute);
  }
});

test("a patrol that a colleague has ended is not begun again", () => {
  const p = patrol({ state: "done", started_at: iso(nine), ended_at: iso(nine + 10 * minute) });
  assert.equal(asHere(p, steps(["start", 0], ["pause", 20]), nine + 30 * minute), p);
});

test("one may do what the state allows, and nothing on a patrol of others", () => {
  assert.deepEqual(allowOf(patrol({ state: "ready" }), true, nine), ["start"]);
  assert.deepEqual(allowOf(patrol({ state: "start_overdue" }), true, nine), ["start"]);
  assert.deepEqual(allowOf(patrol(), true, nine - 12 * 60 * minute), ["start"]);
  assert.deepEqual(allowOf(patrol(), true, nine - 12 * 60 * minute - 1), []);
  assert.deepEqual(allowOf(patrol({ state: "active" }), true, nine), ["pause", "end"]);
  assert.deepEqual(allowOf(patrol({ state: "active", paused: true }), true, nine), ["resume", "end"]);
  assert.deepEqual(allowOf(patrol({ state: "active" }), false, nine), []);
  assert.deepEqual(allowOf(patrol({ state: "done" }), true, nine), []);
});

test("the list is in groups by what needs something, what is over on its day alone", () => {
  const all = [
    patrol({ id: "a", state: "scheduled", planned_start: iso(nine + 24 * 60 * minute) }),
    patrol({ id: "b", state: "done", ended_at: iso(nine) }),
    patrol({ id: "c", state: "done", ended_at: iso(nine - 24 * 60 * minute) }),
    patrol({ id: "d", state: "active" }),
    patrol({ id: "e", state: "scheduled", planned_start: iso(nine + 60 * minute) }),
    patrol({ id: "f", state: "start_overdue" }),
  ];
  const told = arrange(all, dayStart(nine)).map((g) => [g.part, ...g.patrols.map((p) => p.id)].join(" "));
  assert.deepEqual(told, ["active d", "start_overdue f", "scheduled e a", "done b"]);
});

test("days are those of the district", () => {
  assert.equal(dateOf(Date.parse("2026-11-01T16:00:00Z")), "2026-11-02");
  assert.equal(dateOf(Date.parse("2026-11-01T15:59:59Z")), "2026-11-01");
  assert.equal(iso(dayStart(nine)), "2026-11-01T16:00:00.000Z");
});

test("a checkpoint is visited once somebody was there, and overdue after its time", () => {
  assert.equal(standingOf({ due_at: iso(nine), state: "due" }, null, nine + 1), "overdue");
  assert.equal(standingOf({ due_at: iso(nine), state: "due" }, null, nine), "due");
  assert.equal(standingOf({ due_at: iso(nine - minute), state: "never" }, null, nine), "due");
  assert.equal(standingOf({ due_at: iso(nine - minute), state: "overdue" }, nine, nine), "visited");
});
