import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fix } from "../api/patrols";
import { lengthOf, metres, pieces, visitedBy, walkingOrder, worthKeeping } from "./way";

const start = Date.UTC(2026, 10, 2, 1);
/** A fix some seconds after the start, so many metres to the north. */
const fix = (s: number, north: number, more: Partial<Fix> = {}): Fix => ({ t: new Date(start + s * 1000).toISOString(), lon: 125.66, lat: 43.52 + north / 111_320, accuracy_m: 5, ...more });

test("a degree of longitude is shorter than one of latitude", () => {
  assert.ok(Math.abs(metres({ lon: 125.66, lat: 43.52 }, { lon: 125.67, lat: 43.52 }) - 807.2) < 1);
  assert.ok(Math.abs(metres({ lon: 125.66, lat: 43.52 }, { lon: 125.66, lat: 43.53 }) - 1113.2) < 1);
});

test("a way is in pieces where nothing came for long, whatever the order and however often fixes came", () => {
  const walk = [fix(0, 0), fix(10, 20), fix(20, 40), fix(200, 60), fix(210, 80)];
  assert.deepEqual(pieces(walk).map((p) => p.length), [3, 2]);
  assert.deepEqual(pieces([...walk].reverse()), pieces(walk));
});

test("what is not exact, made up or impossible is no way", () => {
  const walk = [fix(0, 0), fix(5, 900, { accuracy_m: 80 }), fix(10, 20), fix(12, 5000), fix(15, 900, { mock: true }), fix(20, 40)];
  assert.deepEqual(pieces(walk).map((p) => p.map((f) => f.t)), [[fix(0, 0).t, fix(10, 0).t, fix(20, 0).t]]);
  assert.ok(Math.abs(lengthOf(pieces(walk)) - 40) < 0.1);
});

test("swaying on the spot adds nothing to a way", () => {
  const walk = Array.from({ length: 60 }, (_, i) => fix(i * 5, (i % 3) * 4));
  assert.equal(lengthOf(pieces(walk)), 0);
});

test("a fix is worth keeping after some time or way, or where something is reached", () => {
  assert.equal(worthKeeping(fix(0, 0), null, false), true);
  assert.equal(worthKeeping(fix(2, 3), fix(0, 0), false), false);
  assert.equal(worthKeeping(fix(2, 11), fix(0, 0), false), true);
  assert.equal(worthKeeping(fix(5, 0), fix(0, 0), false), true);
  assert.equal(worthKeeping(fix(2, 3), fix(0, 0), true), true);
});

test("a checkpoint is visited after some seconds within its radius, by fixes that count", () => {
  const school = { id: "school", lon: 125.66, lat: 43.52, radius_m: 50 };
  assert.deepEqual(visitedBy([fix(0, 49), fix(5, 0)], [school]), ["school"]);
  assert.deepEqual(visitedBy([fix(0, 49), fix(4.9, 0)], [school]), []);
  assert.deepEqual(visitedBy([fix(0, 51), fix(5, 0)], [school]), []);
  assert.deepEqual(visitedBy([fix(0, 0), fix(5, 51)], [school]), []);
  assert.deepEqual(visitedBy([fix(0, 0), fix(2, 60), fix(6, 0)], [school]), [], "was out of it meanwhile");
  assert.deepEqual(visitedBy([fix(0, 0), fix(2, 600, { accuracy_m: 51 }), fix(6, 0)], [school]), ["school"]);
  assert.deepEqual(visitedBy([fix(0, 0), fix(121, 0)], [school]), [], "nothing is known of the time between");
  assert.deepEqual(visitedBy([fix(0, 0), fix(6, 0, { accuracy_m: 51 })], [school]), []);
  assert.deepEqual(visitedBy([fix(0, 0, { mock: true }), fix(6, 0)], [school]), []);
  assert.deepEqual(visitedBy([], [school]), []);
});

test("a walk through places begins with the first, has all of them once, and does not cross itself", () => {
  const at = (lon: number, lat: number) => ({ lon: 125 + lon / 1000, lat: 43 + lat / 1000 });
  const places = [at(0, 0), at(10, 10), at(10, 0), at(0, 10), at(20, 5)];
  const order = walkingOrder(places);
  assert.equal(order[0], places[0]);
  assert.deepEqual(new Set(order), new Set(places));
  const long = (all: typeof places) => all.slice(1).reduce((n, p, i) => n + metres(all[i] ?? p, p), 0);
  // The shortest of all orders that begin there, found by trying them all.
  const orders = (rest: typeof places): (typeof places)[] => (rest.length === 0 ? [[]] : rest.flatMap((p) => orders(rest.filter((o) => o !== p)).map((o) => [p, ...o])));
  const best = Math.min(...orders(places.slice(1)).map((o) => long([at(0, 0), ...o])));
  assert.ok(long(order) <= best * 1.001, `${long(order)} of ${best}`);
  assert.deepEqual(walkingOrder([]), []);
});
