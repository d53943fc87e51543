import assert from "node:assert/strict";
import { test } from "node:test";
import type { HotspotCell, Hotspots } from "../api/hotspots";
import { rateClassesOf } from "./breaks";
import { drawn, fewClass, ranked, rateOf, ratesOf, standingOf, tooFew, withoutClass } from "./values";

const ring: [number, number][] = [[0, 0], [2, 0], [3, 1], [2, 2], [0, 2], [-1, 1], [0, 0]];

function cell(id: string, properties: Partial<HotspotCell["properties"]>): HotspotCell {
  return { type: "Feature", id, geometry: { type: "Polygon", coordinates: [ring] }, properties: { h3: id, suppressed: false, ...properties } };
}

function answer(...features: HotspotCell[]): Hotspots {
  return { type: "FeatureCollection", analysis: null, from: "2026-01-01T00:00:00Z", to: "2026-04-01T00:00:00Z", resolution: 8, total: null, features };
}

const hot = cell("hot", { count: 40, rate: 20, households: 2000, z_score: 4.2, p_value: 0.00003, significant: true, analysis_h3: "hot" });
const plain = cell("plain", { count: 50, rate: 500, households: 100, z_score: 1.1, p_value: 0.27, significant: false, analysis_h3: "plain" });
const cold = cell("cold", { count: 9, rate: 1.5, households: 6000, z_score: -3.1, p_value: 0.002, significant: true, analysis_h3: "cold" });
const few = cell("few", { suppressed: true, households: 300, z_score: 0.2, p_value: 0.84, significant: false, analysis_h3: "few" });
const empty = cell("empty", { count: 70, households: 3.5, z_score: 2, p_value: 0.045, significant: false, analysis_h3: "empty" });
const h = answer(cold, few, hot, plain, empty);

const classOf = (all: GeoJSON.FeatureCollection) => Object.fromEntries(all.features.map((f) => [f.properties?.["h3"] as string, f.properties?.["class"] as number]));

test("significance is drawn as more, fewer and neither, also of suppressed counts", () => {
  assert.deepEqual(h.features.map(standingOf), ["cold", "plain", "hot", "plain", "plain"]);
  assert.deepEqual(classOf(drawn(h, null, "significance", [])), { cold: 0, few: 1, hot: 2, plain: 1, empty: 1 });
  assert.deepEqual(ranked(h, null, "significance").map((c) => c.id), ["hot", "empty", "plain", "few", "cold"]);
});

test("without statistics nothing stands out, and nothing is said of it", () => {
  const bare = answer(cell("a", { count: 7 }), cell("b", { suppressed: true }));
  assert.deepEqual(bare.features.map(standingOf), [null, null]);
  assert.deepEqual(classOf(drawn(bare, null, "significance", [])), { a: withoutClass, b: withoutClass });
  assert.deepEqual(classOf(drawn(bare, null, "rate", rateClassesOf(ratesOf(bare)))), { a: withoutClass, b: fewClass });
  assert.deepEqual(ranked(bare, null, "rate").map((c) => c.id), ["a", "b"]);
  assert.deepEqual(ranked(bare, null, "significance").map((c) => c.id), ["a", "b"]);
});

test("less than a report to a cell is too few", () => {
  const analysis = { method: "Getis-Ord Gi*", resolution: 8, variable: "count" as const, cells: 3000, reports: 3000, households: 130000, mean: 1, sd: 3, q: 0.05, p_threshold: 0.001, significant: 60 };
  assert.equal(tooFew(analysis), false);
  assert.equal(tooFew({ ...analysis, reports: 2999 }), true);
});

test("a rate is the server's, and none where there are few reports or households", () => {
  assert.deepEqual(h.features.map((c) => rateOf(c, null)), [1.5, null, 20, 500, undefined]);
  assert.deepEqual(ratesOf(h), [1.5, 20, 500]);
  const classes = [{ from: 0, to: 10 }, { from: 10, to: 100 }, { from: 100, to: null }];
  assert.deepEqual(classOf(drawn(h, null, "rate", classes)), { cold: 0, few: fewClass, hot: 1, plain: 2, empty: withoutClass });
  assert.deepEqual(ranked(h, null, "rate").map((c) => c.id), ["plain", "hot", "cold", "empty", "few"]);
});

test("a frame has the rate of its own count", () => {
  const frames = [0, 1, 2].map((i) => ({ from: `2026-0${i + 1}-01T00:00:00Z`, to: `2026-0${i + 2}-01T00:00:00Z`, total: null }));
  const counted = cell("c", { count: 30, counts: [0, null, 28], rate: 15, households: 2000 });
  const remote = cell("d", { count: 8, counts: [6, 0, null], households: 3 });
  const months = { ...answer(counted, remote), frames };
  assert.deepEqual([null, 0, 1, 2].map((f) => rateOf(counted, f)), [15, 0, null, 14]);
  assert.deepEqual([null, 0, 2].map((f) => rateOf(remote, f)), [undefined, undefined, null]);
  assert.deepEqual(ratesOf(months), [14]);
  assert.deepEqual(classOf(drawn(months, 0, "rate", rateClassesOf([14]))), { d: withoutClass });
  assert.deepEqual(classOf(drawn(months, 2, "rate", rateClassesOf([14]))), { c: 1, d: fewClass });
});
