import type { Kind } from "../../api/types";
import type { Basis } from "../types";
import { covers } from "./cover";
import { Drag } from "./drag";
import { boxHas, boxesMeet } from "./outline";
import { Brush } from "./brush";
import { PointSet } from "./points";
import { Sums } from "./sums";
import type { Area, Move, Numbers, Tallies, Tally, Topology } from "./types";

/**
 * Makes the tallies of a kind for the boundaries that a plan starts from, with
 * the reports of the last `days` days; `follow` takes them to the plan.
 */
export function newTallies(basis: Pick<Basis, "homes" | "reports">, days: number, base: Topology, kind: Kind = "grid"): Tallies {
  const points = new PointSet(basis, days);
  const names = new Names();
  const owners = new Int32Array(points.size).fill(-1);
  const sums = new Sums(points);
  for (const area of base.areas(kind)) {
    const n = names.of(area.key);
    points.eachIn(area.box, (i) => {
      // Areas come by code: who was first has it.
      if (owners[i] !== -1 || !covers(area.outline, { lon: points.lon[i] as number, lat: points.lat[i] as number })) return;
      owners[i] = n;
      sums.add(i, n, 1);
    });
  }
  const beyond = new Map<string, number>();
  for (const area of base.areas(kind)) beyond.set(area.key, 100 * (area.properties.households ?? 0) - sums.of(names.of(area.key)).hundredths);
  return new Counted({ kind, points, names, base: new Map() }, base, owners, sums, beyond, true);
}

/** Numbers for areas by name, the same for all tallies made from one. */
class Names {
  private readonly numbers = new Map<string, number>();
  private readonly keys: string[] = [];

  of(key: string): number {
    let n = this.numbers.get(key);
    if (n === undefined) {
      n = this.keys.length;
      this.numbers.set(key, n);
      this.keys.push(key);
    }
    return n;
  }

  key(n: number): string {
    return this.keys[n] ?? "";
  }
}

interface Common {
  readonly kind: Kind;
  readonly points: PointSet;
  readonly names: Names;
  readonly base: Map<string, Numbers>;
}

class Counted implements Tallies {
  readonly all: readonly Tally[];
  private readonly numbers = new Map<string, Numbers>();
  private drag: Drag | null = null;
  private brush: Brush | null = null;

  /** `beyond` is what an area has that is of no home, in hundredths of a household. */
  constructor(
    private readonly common: Common,
    private readonly topology: Topology,
    private readonly owners: Int32Array,
    private readonly sums: Sums,
    private readonly beyond: ReadonlyMap<string, number>,
    first: boolean,
  ) {
    for (const area of topology.areas(common.kind)) this.numbers.set(area.key, this.numbersOf(area.key, area.properties.area_m2, null));
    if (first) for (const [key, n] of this.numbers) common.base.set(key, n);
    const keys = [...new Set([...common.base.keys(), ...this.numbers.keys()])].sort();
    this.all = keys.map((key) => ({ key, base: common.base.get(key) ?? null, now: this.numbers.get(key) ?? null }));
  }

  get kind(): Kind {
    return this.common.kind;
  }

  now(key: string): Numbers | null {
    return this.numbers.get(key) ?? null;
  }

  follow(topology: Topology): Tallies {
    const { kind, points, names } = this.common;
    const was = new Map(this.topology.areas(kind).map((a) => [a.key, a]));
    const changed: Area[] = [];
    for (const a of topology.areas(kind)) {
      const before = was.get(a.key);
      was.delete(a.key);
      if (before === a) continue;
      changed.push(a);
      if (before !== undefined && before.outline !== a.outline) changed.push(before);
    }
    changed.push(...was.values());
    if (changed.length === 0 && topology === this.topology) return this;

    const owners = this.owners.slice();
    const sums = this.sums.copy();
    const looked = new Uint8Array(points.size);
    for (const area of changed) {
      const near = topology.areas(kind).filter((a) => boxesMeet(a.box, area.box));
      points.eachIn(area.box, (i) => {
        if (looked[i] === 1) return;
        looked[i] = 1;
        const q = { lon: points.lon[i] as number, lat: points.lat[i] as number };
        const owner = near.find((a) => boxHas(a.box, q) && covers(a.outline, q));
        const to = owner === undefined ? -1 : names.of(owner.key);
        const from = owners[i] as number;
        if (to === from) return;
        owners[i] = to;
        sums.pass(i, from, to);
      });
    }
    return new Counted(this.common, topology, owners, sums, this.beyondIn(topology, sums), false);
  }

  move(move: Move): ReadonlyMap<string, Numbers> {
    const { kind, points, names } = this.common;
    if (this.drag?.from.lon !== move.from.lon || this.drag.from.lat !== move.from.lat) {
      this.drag = new Drag(points, this.topology, kind, move.from, (i) => this.owners[i] as number, (key) => names.of(key));
    }
    return this.changes(this.drag.to(move.to));
  }

  paint(units: readonly Area[], to: Area): ReadonlyMap<string, Numbers> {
    const { kind, points, names } = this.common;
    this.brush ??= new Brush(points, this.topology, kind, (i) => this.owners[i] as number, (key) => names.of(key));
    return this.changes(this.brush.paint(units, to));
  }

  private changes({ sums, areaM2 }: Change): ReadonlyMap<string, Numbers> {
    const { names } = this.common;
    const out = new Map<string, Numbers>();
    const keys = new Set(areaM2.keys());
    for (const n of sums.touched()) keys.add(names.key(n));
    for (const key of keys) {
      const area = this.topology.area(key);
      if (area !== undefined) out.set(key, this.numbersOf(key, area.properties.area_m2 + (areaM2.get(key) ?? 0), sums));
    }
    return out;
  }

  private numbersOf(key: string, areaM2: number, more: Sums | null): Numbers {
    const n = this.common.names.of(key);
    const now = this.sums.of(n);
    const then = more?.of(n) ?? { hundredths: 0, reports: 0, open: 0 };
    return {
      households: Math.max(now.hundredths + then.hundredths + (this.beyond.get(key) ?? 0), 0) / 100,
      areaM2: Math.max(areaM2, 0),
      reports: now.reports + then.reports,
      open: now.open + then.open,
    };
  }

  /** Takes over what the server says of households that are of no home, as after a merge: it tells whole ones, which are left alone where they agree. */
  private beyondIn(topology: Topology, sums: Sums): Map<string, number> {
    const out = new Map<string, number>();
    for (const a of topology.areas(this.common.kind)) {
      const told = a.properties.households ?? 0;
      const before = this.topology.area(a.key);
      const known = this.beyond.get(a.key) ?? 0;
      const ofHomes = sums.of(this.common.names.of(a.key)).hundredths;
      // Of an area that was moved on this page only, the server has told nothing yet.
      const news = before === undefined || before.properties.households !== a.properties.households;
      const agrees = Math.abs(100 * told - Math.max(ofHomes + known, 0)) <= 50;
      out.set(a.key, news && !agrees ? 100 * told - ofHomes : known);
    }
    return out;
  }
}

/** What a change of boundaries does to areas: to what they hold, and to their size. */
export interface Change {
  readonly sums: Sums;
  readonly areaM2: ReadonlyMap<string, number>;
}
