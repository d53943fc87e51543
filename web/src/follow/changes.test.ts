import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReportProperties } from "../api/reports";
import { changesOf } from "./changes";

const report = { status: "dispatched", category: "other", due_at: "2026-11-23T00:00:00Z", overdue: false, assignees: [{ post: "grid_chief", area_kind: "grid", area_code: "1" }], history: [{ seq: 1 }] } as unknown as ReportProperties;

test("what changed is named, and nothing else", () => {
  assert.deepEqual([...changesOf(report, { ...report, version: 9, updated_at: "x" })], []);
  assert.deepEqual([...changesOf(report, { ...report, status: "accepted" })], ["status"]);
  assert.deepEqual([...changesOf(report, { ...report, overdue: true, assignees: [] })], ["due", "people"]);
  assert.deepEqual([...changesOf(report, { ...report, photos: [{ number: 1, href: "", width: 1, height: 1 }], history: [] })], ["photos", "history"]);
});
