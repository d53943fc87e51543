import { kinds, type Kind } from "../../api/types";
import type { ChangedArea, MultiPolygon, Operation, PlanAreaProperties, PlanFeature } from "../types";
import { covers } from "./cover";
import { distanceM, metresPerStep, nodeKey, samePlace, snapped } from "./lattice";
import { areaM2 } from "./measure";
import { nearestOn } from "./near";
import { NodeTable } from "./nodes";
import { boxesMeet, boxHas, boxOf, cornerAt, corners, readOutline, withCorner, withNode } from "./outline";
import type { Area, Box, Edge, LatticePoint, Move, NearNode, Only, Outline, Snap, Topology } from "./types";
import { Users } from "./users";

/** How far from a side the server still puts a node on it, in metres. */
const insertToleranceM = 1;

/** Makes the topology of all areas of a plan. Nobody may move the lines of the locked kinds. */
export function newTopology(features: readonly PlanFeature[], locked: readonly Kind[]): Topology {
  const areas = features.map((f) => newArea(f.properties, f.geometry));
  const table = new NodeTable();
  return new Shared(locked, table, areas, Users.of(areas, table));
}

/** Names an area, `kind:code`. */
export function keyOf(kind: Kind, code: string): string {
  return `${kind}:${code}`;
}

function newArea(properties: PlanAreaProperties, shape: MultiPolygon): Area {
  return withOutline(properties, readOutline(shape));
}

function withOutline(properties: PlanAreaProperties, outline: Outline): Area {
  const { kind, code } = properties;
  return { key: keyOf(kind, code), kind, code, properties, outline, box: boxOf(outline) };
}

/** Codes are compared bytewise by the server; they are of ASCII. */
function byCode(a: Area, b: Area): number {
  return kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}

/** A topology whose areas share a table of nodes with those it was made from. */
class Shared implements Topology {
  private readonly slots = new Map<string, number>();
  private readonly lists = new Map<Kind, readonly Area[]>();

  constructor(
    readonly locked: readonly Kind[],
    private readonly table: NodeTable,
    private readonly all: readonly (Area | null)[],
    private readonly users: Users,
  ) {
    all.forEach((a, slot) => {
      if (a !== null) this.slots.set(a.key, slot);
    });
  }

  area(key: string): Area | undefined {
    const slot = this.slots.get(key);
    return slot === undefined ? undefined : (this.all[slot] ?? undefined);
  }

  areas(kind?: Kind): readonly Area[] {
    if (kind === undefined) return kinds.flatMap((k) => this.areas(k));
    let list = this.lists.get(kind);
    if (list === undefined) {
      list = this.all.filter((a): a is Area => a !== null && a.kind === kind).sort(byCode);
      this.lists.set(kind, list);
    }
    return list;
  }

  areasAt(q: LatticePoint, only?: Only): Area[] {
    const out: Area[] = [];
    for (const a of this.all) {
      if (a !== null && boxHas(a.box, q) && meant(a, only) && covers(a.outline, q)) out.push(a);
    }
    return out.sort(byCode);
  }

  replaceAreas(changed: readonly ChangedArea[]): Topology {
    const puts: { slot: number; now: Area | null }[] = [];
    const taken = new Set<number>();
    let next = this.all.length;
    for (const c of changed) {
      const was = c.before === null ? undefined : this.slots.get(keyOf(c.kind, c.before.code));
      const slot = was ?? this.slots.get(keyOf(c.kind, c.code)) ?? next++;
      // Two areas may have changed codes: the one that had this one moves on.
      const free = taken.has(slot) ? next++ : slot;
      taken.add(free);
      puts.push({ slot: free, now: c.change === "gone" || c.geometry === null ? null : newArea(c.properties, c.geometry) });
    }
    return this.with(puts);
  }

  withLocked(locked: readonly Kind[]): Topology {
    return new Shared(locked, this.table, this.all, this.users);
  }

  applied(op: Operation): Topology | null {
    if (op.op === "move_node") return this.withTouched(this.moveNode(snapped(op.from), snapped(op.to)));
    if (op.op === "remove_node") return this.without(snapped(op.at));
    if (op.op === "insert_node") return this.inserted(snapped(op.at));
    return null;
  }

  nodesIn(box: Box, spacingM: number, only?: Only): NearNode[] {
    const middle = { lon: (box.west + box.east) / 2, lat: (box.south + box.north) / 2 };
    const high = Math.max(spacingM / metresPerStep, 1);
    const wide = high / Math.max(Math.cos(middle.lat * 1e-7 * (Math.PI / 180)), 1e-3);
    // One node a cell: that in which most areas meet.
    const best = new Map<string, { node: number; users: readonly Area[] }>();
    this.table.eachIn(box, (node) => {
      const users = this.usersAt(node);
      if (users.length === 0 || !users.some((a) => meant(a, only))) return;
      const { lon, lat } = this.table.at(node);
      const key = `${Math.floor(lon / wide)},${Math.floor(lat / high)}`;
      const there = best.get(key);
      if (there === undefined || users.length > there.users.length) best.set(key, { node, users });
    });
    return [...best.values()].map(({ node, users }) => this.near(this.table.at(node), users, middle));
  }

  nearestNode(q: LatticePoint, withinM: number, only?: Only): NearNode | null {
    return this.nearest(q, withinM, only, undefined);
  }

  nearestEdge(q: LatticePoint, withinM: number, only?: Only): Snap | null {
    return this.nearestSide(q, withinM, only, undefined);
  }

  usersOf(node: LatticePoint): readonly Area[] {
    return this.usersAt(this.table.find(node.lon, node.lat)).slice().sort(byCode);
  }

  lockedAt(node: LatticePoint): Area | null {
    return this.lockedAmong(this.usersOf(node));
  }

  edgesAt(node: LatticePoint): Edge[] {
    const ends = new Map<string, { b: LatticePoint; users: Area[] }>();
    for (const area of this.usersOf(node)) {
      for (const b of neighbours(area.outline, node)) {
        const known = ends.get(nodeKey(b));
        if (known === undefined) ends.set(nodeKey(b), { b, users: [area] });
        else if (!known.users.includes(area)) known.users.push(area);
      }
    }
    return [...ends.values()].map(({ b, users }) => ({ a: node, b, users }));
  }

  nodesOf(key: string): LatticePoint[] {
    return (this.area(key)?.outline ?? []).flatMap((polygon) => polygon.flatMap(corners));
  }

  moveNode(from: LatticePoint, to: LatticePoint): Move {
    const users = this.usersOf(from);
    return {
      from,
      to,
      locked: this.lockedAmong(users),
      joins: !samePlace(from, to) && this.usersAt(this.table.find(to.lon, to.lat)).length > 0,
      touched: users.map((area) => ({ area, outline: withCorner(area.outline, from, to) })),
      edges: this.edgesAt(from).map((e) => ({ ...e, a: to })),
    };
  }

  snap(q: LatticePoint, withinM: number, except?: LatticePoint): Snap | null {
    const node = this.nearest(q, withinM, undefined, except);
    if (node !== null) return { at: node.node, to: "node", a: node.node, b: node.node, users: node.users, distanceM: node.distanceM };
    return this.nearestSide(q, withinM, undefined, except);
  }

  private nearest(q: LatticePoint, withinM: number, only: Only | undefined, except: LatticePoint | undefined): NearNode | null {
    let best: { node: number; users: readonly Area[]; far: number } | null = null;
    this.table.eachIn(around(q, withinM), (node) => {
      const at = this.table.at(node);
      const far = distanceM(q, at);
      if (far > (best?.far ?? withinM) || (except !== undefined && samePlace(at, except))) return;
      const users = this.usersAt(node);
      if (users.length > 0 && users.some((a) => meant(a, only))) best = { node, users, far };
    });
    // What a function given away sets is not seen by the compiler.
    const found = best as { node: number; users: readonly Area[] } | null;
    return found === null ? null : this.near(this.table.at(found.node), found.users, q);
  }

  private nearestSide(q: LatticePoint, withinM: number, only: Only | undefined, except: LatticePoint | undefined): Snap | null {
    const box = around(q, withinM);
    const candidates = this.all.filter((a): a is Area => a !== null && boxesMeet(a.box, box) && meant(a, only));
    const found = nearestOn(candidates, q, box, withinM, except);
    if (found === null) return null;
    const users = this.usersOf(found.a).filter((a) => neighbours(a.outline, found.a).some((b) => samePlace(b, found.b)));
    return { ...found, to: "edge", users };
  }

  private near(node: LatticePoint, users: readonly Area[], from: LatticePoint): NearNode {
    const sorted = users.slice().sort(byCode);
    return { node, users: sorted, locked: this.lockedAmong(sorted), distanceM: distanceM(from, node) };
  }

  private usersAt(node: number): readonly Area[] {
    return this.users.at(node).flatMap((slot) => this.all[slot] ?? []);
  }

  private lockedAmong(users: readonly Area[]): Area | null {
    return users.find((a) => this.locked.includes(a.kind)) ?? null;
  }

  private withTouched(move: Move): Topology | null {
    if (move.locked !== null || move.touched.length === 0 || samePlace(move.from, move.to)) return null;
    return this.withOutlines(move.touched);
  }

  private without(at: LatticePoint): Topology | null {
    const users = this.usersOf(at);
    if (users.length === 0 || this.lockedAmong(users) !== null || this.edgesAt(at).length > 2) return null;
    return this.withOutlines(users.map((area) => ({ area, outline: withCorner(area.outline, at, null) })));
  }

  private inserted(at: LatticePoint): Topology | null {
    const side = this.nearestEdge(at, insertToleranceM);
    if (side === null || samePlace(side.at, side.a) || samePlace(side.at, side.b)) return null;
    return this.withOutlines(side.users.map((area) => ({ area, outline: withNode(area.outline, side.a, side.b, side.at) })));
  }

  private withOutlines(made: readonly { area: Area; outline: Outline | null }[]): Topology | null {
    const puts: { slot: number; now: Area }[] = [];
    for (const { area, outline } of made) {
      const slot = this.slots.get(area.key);
      if (outline === null || slot === undefined) return null;
      puts.push({ slot, now: withOutline({ ...area.properties, area_m2: areaM2(outline) }, outline) });
    }
    return this.with(puts);
  }

  private with(puts: readonly { slot: number; now: Area | null }[]): Topology {
    const all = this.all.slice();
    const changes = puts.map(({ slot, now }) => ({ slot, was: this.all[slot] ?? null, now }));
    for (const { slot, now } of puts) all[slot] = now;
    return new Shared(this.locked, this.table, all, this.users.with(changes, all));
  }
}

function meant(a: Area, only: Only | undefined): boolean {
  if (only === undefined) return true;
  return (only.kinds === undefined || only.kinds.includes(a.kind)) && (only.areas === undefined || only.areas.includes(a.key));
}

/** Gives the box that reaches some metres from a place. */
function around(q: LatticePoint, m: number): Box {
  const high = Math.ceil(m / metresPerStep) + 1;
  const wide = Math.ceil(high / Math.max(Math.cos(q.lat * 1e-7 * (Math.PI / 180)), 1e-3));
  return { west: q.lon - wide, south: q.lat - high, east: q.lon + wide, north: q.lat + high };
}

/** Gives the corners before and after a node in the rings that have it. */
function neighbours(outline: Outline, node: LatticePoint): LatticePoint[] {
  const out: LatticePoint[] = [];
  for (const polygon of outline) {
    for (const ring of polygon) {
      for (let i = cornerAt(ring, node); i >= 0; i = cornerAt(ring, node, i + 2)) {
        for (const k of [(i + ring.length - 2) % ring.length, (i + 2) % ring.length]) out.push({ lon: ring[k] as number, lat: ring[k + 1] as number });
      }
    }
  }
  return out;
}
