import assert from "node:assert/strict";
import { test } from "node:test";
import type { Checkpoint, CheckpointState, Patrol, PatrolState } from "../api/patrols";
import { checkpointsInOrder, countsOf, dueBefore, groupsOf } from "./order";

function patrol(id: string, state: PatrolState, start: string, absent: string | null = null): Patrol {
  return { id, area: { kind: "grid", code: id, name: id }, team: [], planned_start: start, planned_end: start, state, paused: false, pauses: [], checkpoints: [], reports: [], distance_m: 0, started_at: null, started_seen_at: null, ended_at: null, ended_seen_at: null, last_fix_at: null, absent_since: absent, note: "", allow: [], version: 1 };
}

function checkpoint(name: string, state: CheckpointState, due: string): Checkpoint {
  const properties = { id: name, name, kind: "school", radius_m: 50, due_every_h: 24, look_at: [], areas: { district: null, township: null, village: null, village_group: null, grid: null, compound: null }, code: name, last_visit: null, due_at: due, state, version: 1 };
  return { type: "Feature", id: name, geometry: { type: "Point", coordinates: [0, 0] }, properties };
}

test("patrols that have not begun in time come first, and an absence before all of its state", () => {
  const all = [
    patrol("done", "done", "2026-11-24T00:00:00Z"),
    patrol("later", "active", "2026-11-24T02:00:00Z"),
    patrol("absent", "active", "2026-11-24T03:00:00Z", "2026-11-24T04:00:00Z"),
    patrol("soon", "ready", "2026-11-24T05:00:00Z"),
    patrol("missing", "start_overdue", "2026-11-24T04:00:00Z"),
    patrol("first", "active", "2026-11-24T01:00:00Z"),
  ];
  assert.deepEqual(groupsOf(all).map((g) => [g.state, ...g.patrols.map((p) => p.id)]), [["start_overdue", "missing"], ["active", "absent", "first", "later"], ["ready", "soon"], ["done", "done"]]);
  assert.deepEqual(countsOf(all), { start_overdue: 1, ready: 1, scheduled: 0, active: 3, done: 1, cancelled: 0 });
});

test("checkpoints are in the order of their need, and a patrol takes those due before the end of its day", () => {
  const all = [
    checkpoint("green", "visited", "2026-11-26T00:00:00Z"),
    checkpoint("late", "overdue", "2026-11-23T00:00:00Z"),
    checkpoint("tonight", "visited", "2026-11-24T10:00:00Z"),
    checkpoint("later", "overdue", "2026-11-22T00:00:00Z"),
    checkpoint("new", "never", "2026-11-20T00:00:00Z"),
    checkpoint("soon", "due", "2026-11-24T09:00:00Z"),
  ];
  assert.deepEqual(checkpointsInOrder(all).map((c) => c.id), ["later", "late", "new", "soon", "tonight", "green"]);
  assert.deepEqual(dueBefore(all, Date.parse("2026-11-24T10:00:00Z")).map((c) => c.id), ["late", "later", "new", "soon"]);
});
