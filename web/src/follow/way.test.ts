import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryEntry, Status } from "../api/reports";
import { stepsOf } from "./way";

/** A history that goes through states, a minute each. */
function through(...states: Status[]): HistoryEntry[] {
  return states.map((to, i) => {
    const from = states[i - 1];
    return { seq: i + 1, type: "x", at: `2026-11-22T10:${String(i).padStart(2, "0")}:00Z`, by: "system", to, ...(from === undefined ? {} : { from }) };
  });
}

function drawn(...states: Status[]): string {
  return stepsOf(states.at(-1) ?? "reported", through(...states))
    .map((s) => `${s.status}:${s.state}`)
    .join(" ");
}

test("the straight way", () => {
  assert.equal(drawn("reported"), "reported:now dispatched:next accepted:todo handled:todo closed:todo");
  assert.equal(drawn("reported", "verified"), "reported:now dispatched:next accepted:todo handled:todo closed:todo");
  assert.equal(drawn("reported", "dispatched", "accepted"), "reported:done dispatched:done accepted:now handled:next closed:todo");
  assert.equal(drawn("reported", "dispatched", "accepted", "handled", "closed"), "reported:done dispatched:done accepted:done handled:done closed:now");
});

test("what leaves the way is not hidden", () => {
  assert.equal(drawn("reported", "dispatched", "accepted", "returned"), "reported:done returned:stopped dispatched:todo accepted:todo handled:todo closed:todo");
  assert.equal(drawn("reported", "dispatched", "rejected"), "reported:done dispatched:done rejected:stopped");
  assert.equal(drawn("reported", "duplicate"), "reported:done duplicate:stopped");
  assert.equal(drawn("reported", "dispatched", "accepted", "parked"), "reported:done dispatched:done accepted:done parked:stopped handled:todo closed:todo");
});

test("a step has the time it was last taken", () => {
  const again = stepsOf("dispatched", through("reported", "dispatched", "returned", "dispatched"));
  assert.equal(again[1]?.at, Date.parse("2026-11-22T10:03:00Z"));
  const comment: HistoryEntry = { seq: 5, type: "comment", at: "2026-11-22T11:00:00Z", by: "public", from: "dispatched", to: "dispatched" };
  assert.equal(stepsOf("dispatched", [...through("reported", "dispatched"), comment])[1]?.at, Date.parse("2026-11-22T10:01:00Z"));
});

test("a state that is newer than this program stands at the beginning", () => {
  assert.equal(stepsOf("reopened" as Status, [])[0]?.state, "now");
});
