import assert from "node:assert/strict";
import { test } from "node:test";
import type { Counted, Hotspots } from "../api/hotspots";
import { classesOf } from "./breaks";
import { density } from "./density";
import { countOf, frameName, hidesSome, km2Of, middleOf, numbersOf, withoutEmptyStart } from "./frames";
import { beginOf, filterOf, questionOf, resolutionAt, tileQuery, viewOf } from "./question";
import { drawn, ranked } from "./values";

const ring: [number, number][] = [[0, 0], [2, 0], [3, 1], [2, 2], [0, 2], [-1, 1], [0, 0]];

function answer(rows: Counted[][], totals: Counted[]): Hotspots {
  return {
    type: "FeatureCollection",
    analysis: null,
    from: "2026-01-01T00:00:00Z",
    to: "2026-04-01T00:00:00Z",
    resolution: 7,
    total: null,
    frames: totals.map((total, i) => ({ from: new Date(Date.UTC(2025, i, 31, 16)).toISOString(), to: new Date(Date.UTC(2025, i + 1, 31, 16)).toISOString(), total })),
    features: rows.map((counts, i) => ({
      type: "Feature",
      id: `c${i}`,
      geometry: { type: "Polygon", coordinates: [ring] },
      properties: { h3: `c${i}`, suppressed: false, count: counts.reduce<number>((a, b) => a + (b ?? 0), 0), counts },
    })),
  };
}

const h = answer([[0, 7, null], [0, 0, 30], [0, null, 5]], [0, 9, 37]);

test("a frame shows its own counts, and where there are too few", () => {
  assert.deepEqual(ranked(h, 2, "count").map((c) => [c.id, countOf(c, 2)]), [["c1", 30], ["c2", 5], ["c0", null]]);
  assert.deepEqual(ranked(h, 0, "count"), []);
  const features = drawn(h, 1, "count", classesOf(numbersOf(h), 5)).features.map((f) => f.properties);
  assert.deepEqual(features, [{ h3: "c0", class: 1 }, { h3: "c2", class: -1 }]);
});

test("without a frame the whole counts", () => {
  assert.deepEqual(h.features.map((c) => countOf(c, null)), [7, 30, 5]);
  assert.deepEqual(numbersOf(h), [7, 30, 5]);
});

test("a number too small to be shown, in all or of a frame, is noticed", () => {
  assert.equal(hidesSome(h), true);
  assert.equal(hidesSome(answer([[0, 7], [5, 0]], [5, 7])), false);
  const { features, ...rest } = answer([[7]], [7]);
  assert.equal(hidesSome({ ...rest, features: features.map((c) => ({ ...c, properties: { h3: c.id, suppressed: true } })) }), true);
});

test("an archive begins with its first report", () => {
  const cut = withoutEmptyStart(h);
  assert.deepEqual(cut.frames?.map((f) => f.total), [9, 37]);
  assert.deepEqual(cut.features.map((c) => c.properties.counts), [[7, null], [0, 30], [null, 5]]);
  assert.equal(cut.from, h.frames?.[1]?.from);
  // One frame stays, so that there is something to look at.
  assert.equal(withoutEmptyStart(answer([[0, 0]], [0, 0])).frames?.length, 2);
  // Too few to say is not nothing.
  assert.equal(withoutEmptyStart(answer([[null, 5]], [null, 5])).frames?.length, 2);
});

test("frames are named by the district's calendar", () => {
  const frame = { from: "2025-12-31T16:00:00Z", to: "", total: 0 };
  assert.equal(frameName(frame, "month", "Asia/Shanghai"), "2026-01");
  assert.equal(frameName(frame, "week", "Asia/Shanghai"), "2026-01-01");
});

test("the middle of a hexagon counts its last corner once", () => {
  assert.deepEqual(middleOf(h.features[0]!), [1, 1]);
});

test("a hexagon is as large as H3 says", () => {
  const corners: [number, number][] = [[125.899165, 43.651474], [125.909101, 43.643288], [125.925124, 43.644117], [125.931218, 43.653134], [125.921284, 43.661325], [125.905254, 43.660494], [125.899165, 43.651474]];
  const { features: [c] } = answer([[1]], [1]);
  const km2 = km2Of({ ...c!, geometry: { type: "Polygon", coordinates: [corners] } });
  assert.ok(Math.abs(km2 / 3.743325 - 1) < 0.001, `${km2} km²`);
});

test("an address gives the filter, as far as the caller may have it", () => {
  assert.deepEqual(filterOf({}, false), { category: [], state: null, time: "365" });
  const all = { category: "theft_prevention,fire_safety,fire_safety,<b>", state: "overdue", time: "week" };
  assert.deepEqual(filterOf(all, true), { category: ["fire_safety", "theft_prevention"], state: "overdue", time: "week" });
  assert.deepEqual(filterOf(all, false), { category: ["fire_safety", "theft_prevention"], state: null, time: "month" });
});

test("a filter makes the question and the tiles alike", () => {
  const now = Date.UTC(2026, 10, 22, 16, 20); // already the 23rd there
  const zone = "Asia/Shanghai";
  const f = filterOf({ category: "fire_safety", state: "done", time: "30" }, false);
  assert.deepEqual(questionOf(f, viewOf({}), 7, now, zone), { resolution: 7, from: "2026-10-24T16:00:00.000Z", category: ["fire_safety"], status: ["handled", "closed"] });
  assert.equal(tileQuery(f, now, zone), "from=2026-10-24T16%3A00%3A00.000Z&category=fire_safety&status=handled%2Cclosed");
  assert.equal(questionOf(filterOf({ time: "month" }, false), viewOf({}), 6, now, zone).step, "month");
  assert.equal(tileQuery(filterOf({ state: "overdue" }, true), now, zone).endsWith("&overdue=true"), true);
});

test("an address gives what colours say, and significance has one resolution", () => {
  assert.deepEqual(viewOf({}), { by: "count", of: "count" });
  assert.deepEqual(viewOf({ by: "rate" }), { by: "rate", of: "rate" });
  assert.deepEqual(viewOf({ by: "significance", of: "rate" }), { by: "significance", of: "rate" });
  assert.deepEqual(viewOf({ by: "<b>", of: "rate" }), { by: "count", of: "count" });
  const ask = (params: Record<string, string>) => {
    const { resolution, variable } = questionOf(filterOf({}, false), viewOf(params), 6, 0, "Asia/Shanghai");
    return { resolution, variable };
  };
  assert.deepEqual(ask({}), { resolution: 6, variable: undefined });
  assert.deepEqual(ask({ by: "rate" }), { resolution: 6, variable: "rate" });
  assert.deepEqual(ask({ by: "significance" }), { resolution: 8, variable: undefined });
  assert.deepEqual(ask({ by: "significance", of: "rate" }), { resolution: 8, variable: "rate" });
});

test("steps begin with a month's first day, and with a Monday, of the district", () => {
  const now = Date.UTC(2026, 10, 22, 16, 20);
  assert.equal(new Date(beginOf("month", now, "Asia/Shanghai")).toISOString(), "2023-11-30T16:00:00.000Z");
  assert.equal(new Date(beginOf("week", now, "Asia/Shanghai")).toISOString(), "2025-11-30T16:00:00.000Z");
});

test("hexagons become smaller as the map comes nearer", () => {
  assert.deepEqual([6, 9, 10.9, 12].map(resolutionAt), [6, 7, 7, 8]);
});

test("the strongest heat is that of the fullest places", () => {
  assert.equal(density([]), 3);
  const spread: [number, number][] = Array.from({ length: 400 }, (_, i) => [125 + i * 0.01, 43.5]);
  assert.equal(density(spread), 3);
  const heap = Array.from({ length: 87 }, (): [number, number] => [125.00051, 43.50021]);
  assert.equal(density([...spread, ...heap]), 85);
  assert.equal(density([...spread, ...heap.slice(40)]), 3);
});
