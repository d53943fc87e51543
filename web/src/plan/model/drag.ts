import type { Kind } from "../../api/types";
import { Cover, covers, look, onSide } from "./cover";
import { samePlace } from "./lattice";
import { AreaSum } from "./measure";
import { boxHas, boxOfPlaces, boxesMeet, cornerAt } from "./outline";
import type { PointSet } from "./points";
import { Sums } from "./sums";
import type { Change } from "./tallies";
import type { Area, LatticePoint, Topology } from "./types";

/** An area that has the node, with what does not depend on where that goes. */
interface Dragged {
  readonly area: Area;
  readonly number: number;
  /** The corners before and after the node, once for every time that it is one. */
  readonly ends: readonly (readonly [LatticePoint, LatticePoint])[];
  /** The sides that stay. */
  readonly stay: Cover;
  /** What those say of each point, plus 1; 0 where they were not asked. */
  readonly seen: Uint8Array;
}

/** No area has the point, beside those that have the node. */
const nobody = -1;
/** That was not looked up yet. */
const unknown = -2;

/**
 * A node while it is dragged. Per point it is remembered what the sides that
 * stay say, so that a frame asks of those that move only.
 */
export class Drag {
  private readonly areas: readonly Dragged[];
  private readonly others: readonly Area[];
  /** The first of the other areas that covers a point. */
  private readonly rest: Int32Array;

  constructor(
    private readonly points: PointSet,
    topology: Topology,
    kind: Kind,
    readonly from: LatticePoint,
    private readonly ownerOf: (point: number) => number,
    private readonly numberOf: (key: string) => number,
  ) {
    const users = topology.usersOf(from).filter((a) => a.kind === kind);
    this.areas = users.map((area) => ({
      area,
      number: numberOf(area.key),
      ends: endsOf(area, from),
      stay: new Cover(area.outline, (aLon, aLat, bLon, bLat) => (aLon === from.lon && aLat === from.lat) || (bLon === from.lon && bLat === from.lat)),
      seen: new Uint8Array(points.size),
    }));
    this.others = topology.areas(kind).filter((a) => !users.includes(a));
    this.rest = new Int32Array(points.size).fill(unknown);
  }

  /** Gives what changes with the node elsewhere. */
  to(to: LatticePoint): Change {
    const { points, areas, from } = this;
    const sums = new Sums(points);
    const areaM2 = new Map<string, number>();
    if (areas.length === 0 || samePlace(from, to)) return { sums, areaM2 };
    for (const { area, ends } of areas) {
      const was = new AreaSum(from.lat);
      const will = new AreaSum(from.lat);
      for (const [a, b] of ends) {
        was.add(a.lon, a.lat, from.lon, from.lat);
        was.add(from.lon, from.lat, b.lon, b.lat);
        will.add(a.lon, a.lat, to.lon, to.lat);
        will.add(to.lon, to.lat, b.lon, b.lat);
      }
      areaM2.set(area.key, will.m2 - was.m2);
    }
    const box = boxOfPlaces([from, to, ...areas.flatMap((d) => d.ends.flat())]);
    const near: number[] = [];
    this.others.forEach((a, k) => {
      if (boxesMeet(a.box, box)) near.push(k);
    });
    points.eachIn(box, (i) => {
      const owner = this.owner(i, to, near);
      const before = this.ownerOf(i);
      if (owner !== before) sums.pass(i, before, owner);
    });
    return { sums, areaM2 };
  }

  /** Gives the number of the area that a point belongs to with the node elsewhere. Areas come by code. */
  private owner(i: number, to: LatticePoint, near: readonly number[]): number {
    let rest = this.rest[i] as number;
    if (rest === unknown) {
      const q = { lon: this.points.lon[i] as number, lat: this.points.lat[i] as number };
      const other = (k: number) => this.others[k] as Area;
      rest = near.find((k) => boxHas(other(k).box, q) && covers(other(k).outline, q)) ?? nobody;
      this.rest[i] = rest;
    }
    const other = rest === nobody ? null : (this.others[rest] as Area);
    for (const dragged of this.areas) {
      if (other !== null && other.code < dragged.area.code) break;
      if (this.covered(dragged, i, to)) return dragged.number;
    }
    return other === null ? -1 : this.numberOf(other.key);
  }

  private covered({ stay, seen, ends }: Dragged, i: number, to: LatticePoint): boolean {
    const lon = this.points.lon[i] as number;
    const lat = this.points.lat[i] as number;
    let odd = (seen[i] as number) - 1;
    if (odd < 0) {
      odd = stay.look(lon, lat);
      seen[i] = odd + 1;
    }
    if (odd === onSide) return true;
    for (const [a, b] of ends) {
      const one = look(a.lon, a.lat, to.lon, to.lat, lon, lat);
      const two = look(to.lon, to.lat, b.lon, b.lat, lon, lat);
      if (one === onSide || two === onSide) return true;
      odd ^= one ^ two;
    }
    return odd === 1;
  }
}

/** Gives the corners before and after a node, for every time that an area has it. */
function endsOf(area: Area, node: LatticePoint): [LatticePoint, LatticePoint][] {
  const out: [LatticePoint, LatticePoint][] = [];
  for (const polygon of area.outline) {
    for (const ring of polygon) {
      const at = (k: number): LatticePoint => ({ lon: ring[k % ring.length] as number, lat: ring[(k + 1) % ring.length] as number });
      for (let i = cornerAt(ring, node); i >= 0; i = cornerAt(ring, node, i + 2)) out.push([at(i + ring.length - 2), at(i + 2)]);
    }
  }
  return out;
}
