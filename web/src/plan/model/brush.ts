import type { Kind } from "../../api/types";
import { commonM2 } from "./common";
import { coverOf, covers, onSide } from "./cover";
import { areaM2 as measure } from "./measure";
import { boxHas, boxesMeet } from "./outline";
import type { PointSet } from "./points";
import { sectorsAt } from "./sectors";
import { Sums } from "./sums";
import type { Change } from "./tallies";
import type { Area, Topology } from "./types";

/** What is known of a unit once it was under the brush. */
interface Unit {
  /** Points within it, and those on its edge. */
  readonly inside: readonly number[];
  readonly edge: readonly number[];
  readonly m2: number;
  /** How much of it areas hold, in square metres, by `kind:code`. */
  readonly held: ReadonlyMap<string, number>;
}

/** Whole units that are given to an area. What units hold is looked up once each. */
export class Brush {
  private readonly units = new Map<Area, Unit>();

  constructor(
    private readonly points: PointSet,
    private readonly topology: Topology,
    private readonly kind: Kind,
    private readonly ownerOf: (point: number) => number,
    private readonly numberOf: (key: string) => number,
  ) {}

  /** Gives what changes with the units in an area. */
  paint(units: readonly Area[], to: Area): Change {
    const sums = new Sums(this.points);
    const areaM2 = new Map<string, number>();
    const add = (key: string, m2: number) => areaM2.set(key, (areaM2.get(key) ?? 0) + m2);
    const target = this.numberOf(to.key);
    // Units may overlap: nothing passes twice.
    const inside = new Set<number>();
    const edges = new Set<number>();
    for (const area of units) {
      const unit = this.unit(area);
      for (const i of unit.inside) inside.add(i);
      for (const i of unit.edge) edges.add(i);
      const here = unit.held.get(to.key) ?? 0;
      // What is all there already shall not grow by rounding.
      if (unit.m2 - here <= 1e-6 * unit.m2) continue;
      add(to.key, unit.m2 - here);
      for (const [key, m2] of unit.held) if (key !== to.key) add(key, -m2);
    }
    const pass = (i: number, owner: number) => {
      if (owner !== this.ownerOf(i)) sums.pass(i, this.ownerOf(i), owner);
    };
    for (const i of inside) pass(i, target);
    for (const i of edges) if (!inside.has(i)) pass(i, this.ownerAtEdge(i, units, to));
    return { sums, areaM2 };
  }

  private unit(area: Area): Unit {
    const known = this.units.get(area);
    if (known !== undefined) return known;
    const inside: number[] = [];
    const edge: number[] = [];
    const cover = coverOf(area.outline);
    this.points.eachIn(area.box, (i) => {
      const seen = cover.look(this.points.lon[i] as number, this.points.lat[i] as number);
      if (seen === onSide) edge.push(i);
      else if (seen !== 0) inside.push(i);
    });
    const held = new Map<string, number>();
    for (const a of this.topology.areas(this.kind)) {
      const m2 = boxesMeet(a.box, area.box) ? commonM2(area, a) : 0;
      if (m2 > 1e-3) held.set(a.key, m2);
    }
    const made: Unit = { inside, edge, m2: measure(area.outline), held };
    this.units.set(area, made);
    return made;
  }

  /** Gives the number of the area that a point on the edge of units belongs to then: units may share that edge, or the target have it too. */
  private ownerAtEdge(i: number, units: readonly Area[], to: Area): number {
    const q = { lon: this.points.lon[i] as number, lat: this.points.lat[i] as number };
    const under = units.filter((u) => boxHas(u.box, q));
    const others = this.topology.areas(this.kind).filter((a) => a.key !== to.key && boxHas(a.box, q) && covers(a.outline, q));
    const sectors = sectorsAt([...under, to, ...others].map((a) => a.outline), q);
    const painted = (s: readonly boolean[]) => under.some((_, k) => s[k] === true);
    const has = (a: Area, k: number) => sectors.some((s) => (a === to ? s[k] === true || painted(s) : s[k] === true && !painted(s)));
    const after = [to, ...others].filter((a, k) => has(a, under.length + k)).sort((a, b) => (a.code < b.code ? -1 : 1));
    const [owner] = after;
    return owner === undefined ? -1 : this.numberOf(owner.key);
  }
}
