import assert from "node:assert/strict";
import { test } from "node:test";
import type { LiveMember, LivePatrol } from "../api/patrols";
import { ageOf, initial, inOrder, lastSeen, newAlarms } from "./age";

function patrol(id: string, absent: string | null = null, paused = false, members: LiveMember[] = []): LivePatrol {
  return { id, area: { kind: "grid", code: id, name: id }, paused, planned_end: "2026-11-24T04:00:00Z", absent_since: absent, members, reports_near: [] };
}

test("a position fades as it gets old", () => {
  assert.deepEqual([0, 59_999, 60_000, 299_999, 300_000, 899_999, 900_000].map(ageOf), ["fresh", "fresh", "recent", "recent", "old", "old", "lost"]);
});

test("where nobody is seen comes first, and pauses last", () => {
  assert.deepEqual(inOrder([patrol("b", null, true), patrol("d"), patrol("a"), patrol("c", "2026-11-24T03:00:00Z")]).map((p) => p.id), ["c", "a", "d", "b"]);
});

test("an alarm is told once, and none of those there already when one comes", () => {
  const at = "2026-11-24T03:00:00Z";
  const now = { at, patrols: [patrol("a", at), patrol("b", at), patrol("c")] };
  assert.deepEqual(newAlarms(null, now), []);
  assert.deepEqual(newAlarms({ at, patrols: [patrol("a", at), patrol("b")] }, now).map((p) => p.id), ["b"]);
});

test("the last of a team's positions counts", () => {
  const m = (t: string): LiveMember => ({ person: t, lon: 0, lat: 0, t });
  assert.equal(lastSeen(patrol("a")), null);
  assert.equal(lastSeen(patrol("a", null, false, [m("2026-11-24T03:00:00Z"), m("2026-11-24T03:00:05Z")])), Date.parse("2026-11-24T03:00:05Z"));
  assert.deepEqual([initial({ ...m(""), name: "王芳" }), initial(m(""))], ["王", "·"]);
});
