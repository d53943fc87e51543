import assert from "node:assert/strict";
import { test } from "node:test";
import type { HotspotCell, Hotspots } from "../api/hotspots";
import { exposureOf, filterOf, questionOf, viewOf } from "./question";
import { heldAgainst, rateOf } from "./values";

test("rates are held against households or patrol hours, for who may read patrols", () => {
  const ask = (params: Record<string, string>, may = true) => exposureOf(params, viewOf(params), filterOf(params, true), may);
  assert.equal(ask({ by: "rate" }), "household");
  assert.equal(ask({ by: "rate", per: "hour" }), "patrol_hour");
  assert.equal(ask({ by: "significance", of: "rate", per: "hour" }), "patrol_hour");
  assert.equal(ask({ by: "significance", per: "hour" }), null);
  assert.equal(ask({ per: "hour" }), null);
  assert.equal(ask({ by: "rate", per: "hour", time: "month" }), null);
  assert.equal(ask({ by: "rate", per: "hour" }, false), null);
  const question = (e: "patrol_hour" | null) => questionOf(filterOf({}, true), viewOf({ by: "rate" }), 7, 0, "Asia/Shanghai", e);
  assert.equal(question("patrol_hour").exposure, "patrol_hour");
  assert.equal("exposure" in question(null), false);
});

test("by patrol hour rates are those per hour, and none where there are too few hours", () => {
  const cell = (id: string, properties: Partial<HotspotCell["properties"]>): HotspotCell => ({ type: "Feature", id, geometry: { type: "Polygon", coordinates: [[]] }, properties: { h3: id, suppressed: false, count: 6, ...properties } });
  const h: Hotspots = { type: "FeatureCollection", analysis: null, from: "", to: "", resolution: 8, total: 12, features: [cell("a", { rate: 3, patrol_hours: 4, per_patrol_hour: 1.5 }), cell("b", { rate: 7, patrol_hours: 0.2 })] };
  const rates = (x: Hotspots) => x.features.map((c) => rateOf(c, null));
  assert.deepEqual(rates(heldAgainst(h, "household")), [3, 7]);
  assert.deepEqual(rates(heldAgainst(h, "patrol_hour")), [1.5, undefined]);
  assert.deepEqual(rates(h), [3, 7]);
});
