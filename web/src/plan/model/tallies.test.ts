import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kind } from "../../api/types";
import type { Basis, PlanFeature } from "../types";
import { commonM2 } from "./common";
import { degrees, samePlace } from "./lattice";
import { areaM2 } from "./measure";
import { eachSide, shapeOf } from "./outline";
import { feature, jittered, random, scattered, shapeOfRings, square, straight, town, type Corner } from "./testtown";
import { newTallies } from "./tallies";
import { newTopology } from "./topology";
import type { Area, LatticePoint, Numbers, Outline, Topology } from "./types";

type Sides = [bigint, bigint, bigint, bigint][];
type Points = Pick<Basis, "homes" | "reports">;

const days = 365;

function sidesOf(outline: Outline): Sides {
  const out: Sides = [];
  eachSide(outline, (aLon, aLat, bLon, bLat) => out.push([BigInt(aLon), BigInt(aLat), BigInt(bLon), BigInt(bLat)]));
  return out;
}

/** What `Cover` does, in whole numbers without end, side by side, by another rule: the turns that the sides make round the place. */
function coversSlowly(sides: Sides, lon: number, lat: number): boolean {
  const [x, y] = [BigInt(lon), BigInt(lat)];
  let odd = false;
  for (const [aLon, aLat, bLon, bLat] of sides) {
    const t = (bLon - aLon) * (y - aLat) - (bLat - aLat) * (x - aLon);
    const dot = (aLon - x) * (bLon - x) + (aLat - y) * (bLat - y);
    if (t === 0n && dot <= 0n) return true;
    if (aLat <= y && bLat > y && t > 0n) odd = !odd;
    if (bLat <= y && aLat > y && t < 0n) odd = !odd;
  }
  return odd;
}

interface Counted {
  hundredths: number;
  reports: number;
  open: number;
}

/** Counts every point anew: the first by code of the areas that cover it has it. */
function countSlowly(areas: readonly { code: string; sides: Sides }[], { homes, reports }: Points): Map<string, Counted> {
  const byCode = areas.slice().sort((a, b) => (a.code < b.code ? -1 : 1));
  const out = new Map(areas.map((a) => [a.code, { hundredths: 0, reports: 0, open: 0 }]));
  const owner = (lon: number, lat: number) => out.get(byCode.find((a) => coversSlowly(a.sides, lon, lat))?.code ?? "");
  homes.lon_e7.forEach((lon, i) => {
    const of = owner(lon, homes.lat_e7[i] ?? NaN);
    if (of !== undefined) of.hundredths += homes.hundredths[i] ?? 0;
  });
  reports.lon_e7.forEach((lon, i) => {
    const of = owner(lon, reports.lat_e7[i] ?? NaN);
    if (of === undefined) return;
    of.open += reports.open[i] ?? 0;
    if ((reports.age_days[i] ?? NaN) < days) of.reports++;
  });
  return out;
}

const listed = (areas: readonly Area[]) => areas.map((a) => ({ code: a.code, sides: sidesOf(a.outline) }));

/** Holds the numbers of all areas of a kind against those counted anew. */
function compare(what: string, kind: Kind, codes: readonly string[], got: (key: string) => Numbers | null, want: Map<string, Counted>, base: Map<string, Counted>): void {
  for (const code of codes) {
    const n = got(`${kind}:${code}`);
    const w = want.get(code);
    assert.ok(n !== null && w !== undefined, `${what}: ${code}`);
    // Every area has 500 households in the beginning; what is beyond its homes stays with it.
    const households = Math.max(50_000 + w.hundredths - (base.get(code)?.hundredths ?? 0), 0) / 100;
    assert.deepEqual({ reports: n.reports, open: n.open, households: n.households }, { reports: w.reports, open: w.open, households }, `${what}: ${code}`);
  }
}

function made(n: number, corner: Corner): PlanFeature[] {
  return town(n, corner).map((f) => {
    const [area] = newTopology([f], []).areas();
    return { ...f, properties: { ...f.properties, households: 500, area_m2: area === undefined ? 0 : areaM2(area.outline) } };
  });
}

const n = 6;

for (const kind of ["grid", "village_group"] as const) {
  test(`a dragged node counts like the boundaries it leads to (${kind})`, () => {
    for (let seed = 1; seed <= 6; seed++) {
      const corner = jittered(seed);
      const rnd = random(seed);
      let t = newTopology(made(n, corner), []);
      const points = scattered(seed, n, corner, 600);
      let tallies = newTallies(points, days, t, kind);
      const codes = t.areas(kind).map((a) => a.code);
      const base = countSlowly(listed(t.areas(kind)), points);
      compare(`seed ${seed}, base`, kind, codes, (key) => tallies.now(key), base, base);
      for (let step = 0; step < 6; step++) {
        const nodes = t.areas(kind).flatMap((a) => t.nodesOf(a.key));
        const from = nodes[Math.floor(rnd() * nodes.length)] ?? straight(0, 0);
        let to = from;
        for (let frame = 0; frame < 4; frame++) {
          // Near, far, and onto other nodes: the shapes need not be sound.
          const far = frame * square;
          to = rnd() < 0.2 ? (nodes[Math.floor(rnd() * nodes.length)] ?? from) : { lon: from.lon + Math.round((rnd() - 0.5) * far), lat: from.lat + Math.round((rnd() - 0.5) * far) };
          const move = t.moveNode(from, to);
          if (move.touched.some((x) => x.outline === null)) continue;
          const live = tallies.move(move);
          const moved = new Map(move.touched.map(({ area, outline }) => [area.key, outline]));
          const areas = t.areas(kind).map((a) => ({ code: a.code, sides: sidesOf(moved.get(a.key) ?? a.outline) }));
          const what = `seed ${seed}, step ${step}, frame ${frame}`;
          compare(what, kind, codes, (key) => live.get(key) ?? tallies.now(key), countSlowly(areas, points), base);
          for (const { area, outline } of move.touched) {
            if (area.kind !== kind || outline === null || samePlace(from, to)) continue;
            const want = Math.max(areaM2(outline), 0);
            assert.ok(Math.abs((live.get(area.key)?.areaM2 ?? NaN) - want) < 1e-3, `${what}: ${area.key} has ${live.get(area.key)?.areaM2} m², want ${want}`);
          }
        }
        const next = t.applied({ op: "move_node", from: degrees(from), to: degrees(to) });
        if (next === null) continue;
        t = next;
        tallies = tallies.follow(t);
        compare(`seed ${seed}, after ${step}`, kind, codes, (key) => tallies.now(key), countSlowly(listed(t.areas(kind)), points), base);
      }
    }
  });
}

/** Gives the sides of areas joined into one, without those that two of them share. */
function joined(outlines: readonly Outline[]): Sides {
  const all = new Map<string, [bigint, bigint, bigint, bigint]>();
  for (const side of outlines.flatMap(sidesOf)) {
    const [a, b, c, d] = side;
    if (!all.delete(`${c},${d},${a},${b}`)) all.set(side.join(","), side);
  }
  return [...all.values()];
}

test("painted units count like the boundaries they lead to", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const corner = jittered(seed);
    const rnd = random(seed);
    const t = newTopology(made(n, corner), []);
    const points = scattered(seed, n, corner, 800);
    const tallies = newTallies(points, days, t);
    const grids = t.areas("grid");
    const base = countSlowly(listed(grids), points);
    // Which groups make up which grid.
    const parts = new Map(grids.map((g) => [g.key, t.areas("village_group").filter((v) => Math.abs(commonM2(v, g) / areaM2(v.outline) - 1) < 1e-6)]));
    for (const list of parts.values()) assert.equal(list.length, 4);
    for (let step = 0; step < 8; step++) {
      const to = grids[Math.floor(rnd() * grids.length)] as Area;
      const units = t.areas("village_group").filter(() => rnd() < 0.15);
      const live = tallies.paint(units, to);
      const areas = grids.map((g) => {
        const own = (parts.get(g.key) ?? []).filter((v) => !units.includes(v));
        return { code: g.code, sides: joined((g === to ? [...own, ...units] : own).map((v) => v.outline)) };
      });
      const what = `seed ${seed}, step ${step}`;
      compare(what, "grid", grids.map((g) => g.code), (key) => live.get(key) ?? tallies.now(key), countSlowly(areas, points), base);
      for (const g of grids) {
        const own = (parts.get(g.key) ?? []).filter((v) => !units.includes(v));
        const want = (g === to ? [...own, ...units] : own).reduce((sum, v) => sum + areaM2(v.outline), 0);
        const got = (live.get(g.key) ?? tallies.now(g.key))?.areaM2 ?? NaN;
        assert.ok(Math.abs(got - want) < 0.01, `${what}: ${g.key} has ${got} m², want ${want}`);
      }
    }
  }
});

test("a unit whose lines end within those of grids, without a common node", () => {
  const ring = (...corners: [number, number][]): LatticePoint[] => corners.map(([x, y]) => straight(x, y));
  const grids = [feature("grid", "b", shapeOfRings([ring([0, 0], [2, 0], [2, 4], [0, 4])])), feature("grid", "a", shapeOfRings([ring([2, 0], [4, 0], [4, 4], [2, 4])]))];
  const unit = feature("village_group", "u", shapeOfRings([ring([1, 1], [2, 1], [2, 2], [1, 2])]));
  const t = newTopology([...grids, unit].map((f) => ({ ...f, properties: { ...f.properties, households: 500 } })), []);
  const [u, b, a] = [t.area("village_group:u"), t.area("grid:b"), t.area("grid:a")] as [Area, Area, Area];
  // On the edges and corners of the unit, and beside them.
  const places = [[1, 1], [1.5, 1], [2, 1], [2, 1.5], [2, 2], [1.5, 2], [1, 2], [1, 1.5], [1.5, 1.5], [0.9, 1.5], [2.1, 1.5], [2, 3], [1.5, 0.9]].map(([x = 0, y = 0]) => straight(x, y));
  const points: Points = { homes: { lon_e7: [], lat_e7: [], hundredths: [] }, reports: { lon_e7: places.map((q) => Math.round(q.lon)), lat_e7: places.map((q) => Math.round(q.lat)), age_days: places.map(() => 0), open: places.map(() => 0), category: places.map(() => 0) } };
  const tallies = newTallies(points, days, t);
  assert.equal(tallies.now("grid:a")?.reports, 5, "what is on the line that both have is a's");
  assert.equal(tallies.now("grid:b")?.reports, 8);
  // With the unit a has all of its edge too: only what is beside it is left to b.
  const live = tallies.paint([u], a);
  assert.equal(live.get("grid:a")?.reports, 11);
  assert.equal(live.get("grid:b")?.reports, 2);
  const m2 = areaM2(u.outline);
  assert.ok(Math.abs(commonM2(u, b) - m2) < 1e-3 && commonM2(u, a) < 1e-3);
});

test("what the server says of households counts where it knows more than homes do", () => {
  const t = newTopology(made(4, straight), []);
  const points = scattered(9, 4, straight, 400);
  const tallies = newTallies(points, days, t);
  const told = (of: Topology, key: string, households: number) => {
    const a = of.area(key) as Area;
    return of.replaceAreas([{ type: "Feature", id: key, kind: a.kind, code: a.code, change: "changed", before: { code: a.code, households: 500, area_m2: 0 }, geometry: shapeOf(a.outline), properties: { ...a.properties, households } }]);
  };
  // Within rounding it knows no better; else it does.
  assert.equal(tallies.follow(told(t, "grid:g0200", 501)).now("grid:g0200")?.households, 501);
  const moved = t.applied({ op: "move_node", from: degrees(straight(2, 2)), to: degrees({ lon: straight(2, 2).lon + 9000, lat: straight(2, 2).lat + 9000 }) });
  assert.ok(moved !== null);
  const after = tallies.follow(moved);
  const exact = after.now("grid:g0200")?.households ?? NaN;
  assert.ok(exact !== 500 && exact % 1 !== 0, String(exact));
  assert.equal(after.follow(told(moved, "grid:g0200", Math.round(exact))).now("grid:g0200")?.households, exact);
  assert.deepEqual(after.all.find((x) => x.key === "grid:g0200")?.base?.households, 500);
});
