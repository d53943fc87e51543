import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChangedArea } from "../types";
import { areaM2 } from "./measure";
import { degrees, nodeKey } from "./lattice";
import { shapeOf } from "./outline";
import { block, feature, jittered, shapeOfRings, straight, town } from "./testtown";
import { newTopology } from "./topology";
import type { Area, LatticePoint, Topology } from "./types";

const locked = ["district"] as const;
const of = (corner = straight) => newTopology(town(4, corner), locked);
const keys = (areas: readonly Area[]) => areas.map((a) => a.key);
const near = (q: LatticePoint, east: number, north: number): LatticePoint => ({ lon: q.lon + east, lat: q.lat + north });
const whole = (t: Topology, kind: "grid" | "village_group") => t.areas(kind).reduce((sum, a) => sum + areaM2(a.outline), 0);

/** Checks what the index says of every place that is, or was, a corner against the outlines themselves. */
function checkIndex(t: Topology, places: readonly LatticePoint[]): void {
  for (const q of places) {
    const want = t.areas().filter((a) => a.outline.some((p) => p.some((r) => r.some((lon, i) => i % 2 === 0 && lon === q.lon && r[i + 1] === q.lat))));
    assert.deepEqual(keys(t.usersOf(q)), keys(want), nodeKey(q));
  }
}

test("a node that four grids share moves for all that have it, and the land stays the same", () => {
  const t = of();
  const from = straight(2, 2);
  assert.deepEqual(keys(t.usersOf(from)), ["grid:g0200", "grid:g0202", "grid:g0400", "grid:g0402", "village_group:v0101", "village_group:v0102", "village_group:v0201", "village_group:v0202"]);
  const to = near(from, 3000, -1234);
  const move = t.moveNode(from, to);
  assert.equal(move.locked, null);
  assert.equal(move.joins, false);
  assert.equal(move.touched.length, 8);
  assert.deepEqual(move.edges.map((e) => [nodeKey(e.a), nodeKey(e.b), e.users.length]).sort(), [straight(1, 2), straight(2, 1), straight(2, 3), straight(3, 2)].map((b) => [nodeKey(to), nodeKey(b), 4]).sort());

  const made = t.applied({ op: "move_node", from: degrees(from), to: degrees(to) });
  assert.ok(made !== null);
  assert.deepEqual(keys(made.usersOf(to)), keys(t.usersOf(from)));
  assert.deepEqual(made.usersOf(from), []);
  assert.ok(Math.abs(whole(made, "grid") / whole(t, "grid") - 1) < 1e-12);
  // The one it was made from is as it was, and what was not touched is shared.
  assert.equal(t.usersOf(from).length, 8);
  assert.equal(made.area("grid:g0200") === t.area("grid:g0200"), false);
  assert.equal(made.area("village_group:v0000"), t.area("village_group:v0000"));
  checkIndex(made, [from, to, straight(1, 2), straight(0, 0)]);
});

test("locked lines do not move, and name whose they are", () => {
  const t = of();
  const at = straight(2, 0);
  assert.equal(t.moveNode(at, near(at, 5, 5)).locked?.key, "district:d");
  assert.equal(t.lockedAt(at)?.key, "district:d");
  assert.equal(t.lockedAt(straight(2, 2)), null);
  assert.equal(t.applied({ op: "move_node", from: degrees(at), to: degrees(near(at, 5, 5)) }), null);
  assert.notEqual(t.withLocked([]).applied({ op: "move_node", from: degrees(at), to: degrees(near(at, 5, 5)) }), null);
  assert.equal(t.nearestNode(near(at, 40, 0), 20)?.locked?.key, "district:d");
});

test("a node that is dropped on its neighbour joins it", () => {
  const t = of();
  const [from, to] = [straight(2, 2), straight(2, 1)];
  assert.equal(t.moveNode(from, to).joins, true);
  const made = t.applied({ op: "move_node", from: degrees(from), to: degrees(to) });
  assert.ok(made !== null);
  // Two groups have lost a corner, and nobody has one twice in a row.
  assert.equal(made.nodesOf("village_group:v0101").length, 3);
  for (const a of made.areas()) {
    const nodes = made.nodesOf(a.key).map(nodeKey);
    nodes.forEach((q, i) => assert.notEqual(q, nodes[(i + 1) % nodes.length], a.key));
  }
  checkIndex(made, [from, to]);
  assert.ok(Math.abs(whole(made, "village_group") / whole(t, "village_group") - 1) < 1e-12);
});

test("a ring that would fall below three corners is refused", () => {
  const a = straight(0, 0);
  const t = newTopology([feature("grid", "g", shapeOfRings([[a, straight(1, 0), straight(0, 1)]]))], []);
  assert.equal(t.moveNode(a, straight(1, 0)).touched[0]?.outline, null);
  assert.equal(t.applied({ op: "move_node", from: degrees(a), to: degrees(straight(1, 0)) }), null);
  assert.equal(t.applied({ op: "remove_node", at: degrees(a) }), null);
});

test("a node on a side is there for all who have the side, and can be taken out again", () => {
  const t = of(jittered(3));
  const corner = jittered(3);
  const [a, b] = [corner(1, 2), corner(2, 2)];
  const beside: LatticePoint = { lon: Math.round((a.lon + b.lon) / 2) + 20, lat: Math.round((a.lat + b.lat) / 2) + 20 };
  const side = t.nearestEdge(beside, 1);
  assert.ok(side !== null && side.distanceM < 0.5);
  assert.deepEqual(keys(side.users), ["grid:g0400", "grid:g0402", "village_group:v0101", "village_group:v0102"]);
  const made = t.applied({ op: "insert_node", at: degrees(beside) });
  assert.ok(made !== null);
  assert.deepEqual(keys(made.usersOf(side.at)), keys(side.users));
  // What was put on the side once is found there again to the step.
  assert.deepEqual(t.nearestEdge(side.at, 1)?.at, side.at);
  checkIndex(made, [a, b, side.at]);

  const back = made.applied({ op: "remove_node", at: degrees(side.at) });
  assert.ok(back !== null);
  for (const area of t.areas()) assert.deepEqual(back.area(area.key)?.outline, area.outline, area.key);
  assert.equal(t.applied({ op: "remove_node", at: degrees(corner(2, 2)) }), null, "four lines meet there");
  assert.equal(t.applied({ op: "insert_node", at: degrees(near(a, 4000, 4000)) }), null, "no side is near");
  assert.equal(t.applied({ op: "insert_node", at: degrees(a) }), null, "there is a node");
});

test("what the server changed takes the place of what was there", () => {
  const t = of();
  const changed = (key: string, change: ChangedArea["change"], before: string | null, code: string): ChangedArea => {
    const was = t.area(key);
    assert.ok(was !== undefined);
    return { type: "Feature", id: `grid:${code}`, kind: "grid", code, change, before: before === null ? null : { code: before, households: 0, area_m2: 0 }, geometry: change === "gone" ? null : shapeOf(was.outline), properties: { ...was.properties, code } };
  };
  const merged = t.replaceAreas([changed("grid:g0200", "gone", "g0200", "g0200"), changed("grid:g0202", "changed", "g0202", "g0202"), changed("grid:g0400", "new", null, "g09")]);
  assert.equal(merged.area("grid:g0200"), undefined);
  assert.deepEqual(keys(merged.areas("grid")), ["grid:g0202", "grid:g0400", "grid:g0402", "grid:g09"]);
  checkIndex(merged, [straight(2, 2), straight(4, 0), straight(0, 0)]);

  // Two that change their codes with each other.
  const swapped = t.replaceAreas([changed("grid:g0200", "changed", "g0200", "g0202"), changed("grid:g0202", "changed", "g0202", "g0200")]);
  assert.deepEqual(swapped.area("grid:g0200")?.outline, t.area("grid:g0202")?.outline);
  assert.deepEqual(swapped.area("grid:g0202")?.outline, t.area("grid:g0200")?.outline);
  assert.equal(swapped.areas("grid").length, 4);
});

test("which areas cover a place: with their edges, without their holes", () => {
  const ring = block(straight, 0, 0, 4, 4);
  const hole = block(straight, 1, 1, 2, 2).reverse();
  const far = block(straight, 6, 0, 7, 1);
  const t = newTopology([feature("grid", "b", shapeOfRings([ring, hole], [far])), feature("grid", "a", shapeOfRings([block(straight, 1, 1, 2, 2)]))], []);
  const at = (x: number, y: number) => keys(t.areasAt(straight(x, y)));
  assert.deepEqual(at(3, 3), ["grid:b"]);
  assert.deepEqual(at(1.5, 1.5), ["grid:a"]);
  assert.deepEqual(at(1, 1.5), ["grid:a", "grid:b"]);
  assert.deepEqual(at(1, 1), ["grid:a", "grid:b"]);
  assert.deepEqual(at(6.5, 0.5), ["grid:b"]);
  assert.deepEqual(at(5, 0), []);
  assert.deepEqual(at(4, 2), ["grid:b"]);
  assert.deepEqual(keys(t.areasAt(straight(1, 1), { areas: ["grid:b"] })), ["grid:b"]);
  assert.equal(t.nodesOf("grid:b").length, 16 + 4 + 4);
});

test("the nearest node and side, and what a place snaps to", () => {
  const t = of();
  const node = straight(2, 2);
  const q = near(node, 300, 0);
  assert.equal(t.nearestNode(q, 1), null);
  const found = t.nearestNode(q, 5);
  assert.deepEqual(found?.node, node);
  assert.ok(found !== null && Math.abs(found.distanceM - 2.42) < 0.01, String(found?.distanceM));
  assert.equal(t.nearestNode(near(straight(1, 1), 9, 9), 5, { kinds: ["grid"] }), null);
  assert.deepEqual(t.snap(q, 5)?.to, "node");
  // The node that is dragged, and the sides that hang on it, are no aims.
  assert.equal(t.snap(q, 5, node), null);
  const beside = near(straight(3, 2), 7000, 100);
  const side = t.snap(beside, 5);
  assert.equal(side?.to, "edge");
  assert.deepEqual(side?.at, near(straight(3, 2), 7000, 0));
  assert.deepEqual(keys(side?.users ?? []), ["grid:g0200", "grid:g0202", "village_group:v0301", "village_group:v0302"]);
  assert.equal(t.snap(near(straight(2.5, 2.5), 1, 1), 5), null);
});

test("nodes of a box, thinned out where they could not be told apart", () => {
  const t = of();
  const box = { west: straight(0, 0).lon, south: straight(0, 0).lat, east: straight(2, 0).lon, north: straight(0, 2).lat };
  assert.equal(t.nodesIn(box, 1).length, 9);
  assert.equal(t.nodesIn(box, 1, { kinds: ["grid"] }).length, 8);
  assert.equal(t.nodesIn(box, 1, { areas: ["village_group:v0000"] }).length, 4);
  const few = t.nodesIn(box, 100_000);
  assert.ok(few.length >= 1 && few.length <= 4, String(few.length));
  // Of those together the one where most areas meet is left.
  assert.ok(few.some((n) => nodeKey(n.node) === nodeKey(straight(2, 2))));
});

test("an area is as large as the server says", () => {
  const q = (lon: number, lat: number): LatticePoint => ({ lon: lon * 1e7, lat: lat * 1e7 });
  const t = newTopology([feature("grid", "g", shapeOfRings([[q(125.5, 43.5), q(126, 43.25), q(126.25, 44), q(125.5, 43.75)]]))], []);
  const [g] = t.areas("grid");
  assert.ok(g !== undefined);
  // geo.AreaM2 of the same ring.
  assert.ok(Math.abs(areaM2(g.outline) - 2801867452.175) < 0.01, String(areaM2(g.outline)));
});
