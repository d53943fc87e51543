import assert from "node:assert/strict";
import { test } from "node:test";
import type { Report, ReportProperties } from "../api/reports";
import type { AreaName, Kind } from "../api/types";
import { byDue, lookOf, spanOf, urgencyOf } from "../case/due";
import { arrange, passes, placeOf, tally, type Filter } from "./order";

// Monday noon in the district.
const now = Date.parse("2026-11-23T12:00:00+08:00");
const at = (text: string) => new Date(`2026-11-${text}+08:00`).toISOString();
const all: Filter = { state: "open", category: null, area: null, urgency: null };

function report(id: string, due: string | null, change: Partial<ReportProperties> = {}): Report {
  const areas: Record<Kind, AreaName | null> = { district: null, township: null, village: null, grid: { code: "g1", name: "一" }, village_group: null, compound: null };
  const properties: ReportProperties = { id, status: "dispatched", category: "other", areas, assignees: [], due_at: due, overdue: false, revision: 1, created_at: at("20T08:00"), updated_at: at("20T08:00"), version: 1, ...change };
  return { type: "Feature", id, geometry: { type: "Point", coordinates: [125, 43] }, properties };
}

test("a limit stands by the district's calendar", () => {
  assert.equal(urgencyOf(Date.parse(at("23T11:59")), now), "overdue");
  assert.equal(urgencyOf(Date.parse(at("23T12:00")), now), "today");
  assert.equal(urgencyOf(Date.parse(at("23T23:59")), now), "today");
  assert.equal(urgencyOf(Date.parse(at("24T00:00")), now), "later");
  assert.equal(urgencyOf(null, now), "none");
});

test("overdue first, the longest of them before the others, those without a limit last", () => {
  const groups = arrange([report("d", null), report("c", at("25T12:00")), report("b", at("23T17:00")), report("a2", at("22T12:00")), report("a1", at("21T12:00"))], all, now);
  assert.deepEqual(groups.map((g) => [g.urgency, g.reports.map((r) => r.id)]), [
    ["overdue", ["a1", "a2"]],
    ["today", ["b"]],
    ["later", ["c"]],
    ["none", ["d"]],
  ]);
});

test("equal limits stand in the order they came in", () => {
  const same = at("24T12:00");
  assert.deepEqual([report("2", same), report("1", same), report("3", null), report("0", null)].sort(byDue).map((r) => r.id), ["1", "2", "0", "3"]);
});

test("a handled report is not overdue any more", () => {
  const r = report("a", at("21T12:00"), { status: "handled" });
  assert.equal(lookOf(r, now), "done");
  assert.equal(passes(r, all, now), false);
  assert.equal(passes(r, { ...all, state: "handled" }, now), true);
  assert.equal(lookOf(report("b", at("21T12:00")), now), "overdue");
});

test("filters narrow together", () => {
  const r = report("a", at("21T12:00"));
  assert.equal(passes(r, { state: "new", category: "other", area: { kind: "grid", code: "g1" }, urgency: "overdue" }, now), true);
  assert.equal(passes(r, { ...all, area: { kind: "grid", code: "g2" } }, now), false);
  assert.equal(passes(r, { ...all, area: { kind: "township", code: "g1" } }, now), false);
  assert.equal(passes(r, { ...all, category: "fire" }, now), false);
  assert.equal(passes(r, { ...all, urgency: "today" }, now), false);
  assert.equal(passes(r, { ...all, state: "accepted" }, now), false);
});

test("the tally counts what is open, and nothing twice", () => {
  const reports = [report("a", at("21T12:00")), report("b", at("23T18:00"), { status: "accepted" }), report("c", null, { status: "returned" }), report("d", at("21T12:00"), { status: "closed" })];
  assert.deepEqual(tally(reports, null, now), { open: 3, overdue: 1, today: 1, new: 1 });
  assert.deepEqual(tally(reports, { kind: "grid", code: "elsewhere" }, now), { open: 0, overdue: 0, today: 0, new: 0 });
});

test("how long something is past, as people say it", () => {
  const hour = 3_600_000;
  assert.deepEqual(spanOf(20_000), { n: 1, unit: "minute" });
  assert.deepEqual(spanOf(1.9 * hour), { n: 114, unit: "minute" });
  assert.deepEqual(spanOf(2 * hour), { n: 2, unit: "hour" });
  assert.deepEqual(spanOf(47.9 * hour), { n: 47, unit: "hour" });
  assert.deepEqual(spanOf(-49 * hour), { n: 2, unit: "day" });
});

test("a report without a grid is placed by what it lies in", () => {
  const r = report("a", null);
  assert.equal(placeOf(r), "一");
  r.properties.areas = { ...r.properties.areas, grid: null, township: { code: "t", name: "镇" } };
  assert.equal(placeOf(r), "镇");
});
