import assert from "node:assert/strict";
import { test } from "node:test";
import type { Checkpoint } from "../api/patrols";
import { changeOfPoint, faultOfPoint, fieldsOf, freshPoint, pointForm } from "./pointform";

const school = { code: "school", name: "学校", name_en: "School", icon: "school", due_every_h: 48, look_at: ["大门", "围墙"] };
const point: Checkpoint = {
  type: "Feature",
  id: "c",
  geometry: { type: "Point", coordinates: [125.66, 43.52] },
  properties: { id: "c", name: "一小", kind: "school", radius_m: 60, due_every_h: 48, look_at: ["大门", "围墙"], areas: { district: null, township: null, village: null, village_group: null, grid: null, compound: null }, code: "P1", last_visit: null, due_at: "2026-11-24T00:00:00Z", state: "never", version: 2 },
};

test("a new checkpoint begins with what its kind has", () => {
  const f = freshPoint([school]);
  assert.deepEqual([f.kind, f.every, f.lookAt], ["school", 48, "大门\n围墙"]);
  assert.equal(faultOfPoint(f), "faultName");
  assert.equal(faultOfPoint({ ...f, name: "x" }), "faultPlace");
  const whole = { ...f, name: " 一小 ", lon: "125.66", lat: "43.52", lookAt: "大门\n\n  围墙 \n" };
  assert.equal(faultOfPoint(whole), null);
  assert.deepEqual(fieldsOf(whole), { name: "一小", kind: "school", lon: 125.66, lat: 43.52, radius_m: 50, due_every_h: 48, look_at: ["大门", "围墙"] });
});

test("what cannot be is named", () => {
  const f = pointForm(point);
  assert.deepEqual([{ ...f, lat: "91" }, { ...f, lon: "" }, { ...f, lon: "here" }, { ...f, radius: 5 }, { ...f, every: NaN }, f].map(faultOfPoint), ["faultPlace", "faultPlace", "faultPlace", "faultRadius", "faultEvery", null]);
});

test("a change names only what differs, a place both its numbers", () => {
  const f = pointForm(point);
  assert.equal(changeOfPoint(f, point), null);
  assert.deepEqual(changeOfPoint({ ...f, lat: "43.521", every: 24 }, point), { lon: 125.66, lat: 43.521, due_every_h: 24 });
  assert.deepEqual(changeOfPoint({ ...f, lookAt: "大门" }, point), { look_at: ["大门"] });
});
