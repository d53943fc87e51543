import type { NodeTable } from "./nodes";
import type { Area } from "./types";

const none: readonly number[] = [];

/** How many nodes may differ from the base before a new one is made. */
const most = 20_000;

/**
 * Who has which node as a corner: slots of areas by number of a node. It never
 * changes; what edits gives a new one that shares the base.
 */
export class Users {
  private constructor(
    private readonly table: NodeTable,
    private readonly starts: Int32Array,
    private readonly slots: Int32Array,
    private readonly differ: ReadonlyMap<number, readonly number[]>,
  ) {}

  /** Lists the users of all corners of the areas, those of slot 0 first. */
  static of(areas: readonly (Area | null)[], table: NodeTable): Users {
    let corners = 0;
    for (const area of areas) eachCorner(area, () => corners++);
    const nodes = new Int32Array(corners);
    const by = new Int32Array(corners);
    let n = 0;
    areas.forEach((area, slot) => {
      eachCorner(area, (lon, lat) => {
        nodes[n] = table.intern(lon, lat);
        by[n++] = slot;
      });
    });
    const starts = new Int32Array(table.size + 1);
    for (const node of nodes) starts[node + 1] = (starts[node + 1] as number) + 1;
    for (let i = 0; i < table.size; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
    const slots = new Int32Array(corners);
    const next = starts.slice();
    for (let i = 0; i < corners; i++) {
      const node = nodes[i] as number;
      const k = next[node] as number;
      next[node] = k + 1;
      slots[k] = by[i] as number;
    }
    return new Users(table, starts, slots, new Map());
  }

  /** Gives the slots of the areas that have a node, in order. */
  at(node: number): readonly number[] {
    if (node < 0) return none;
    const differ = this.differ.get(node);
    if (differ !== undefined) return differ;
    if (node + 1 >= this.starts.length) return none;
    const out: number[] = [];
    for (let i = this.starts[node] as number; i < (this.starts[node + 1] as number); i++) {
      // An area that has a node twice is there twice in a row.
      if (this.slots[i] !== out.at(-1)) out.push(this.slots[i] as number);
    }
    return out;
  }

  /** Gives the users after some slots changed: `areas` are all as they are then. */
  with(changes: readonly { slot: number; was: Area | null; now: Area | null }[], areas: readonly (Area | null)[]): Users {
    if (this.differ.size > most) return Users.of(areas, this.table);
    const differ = new Map(this.differ);
    const next = new Users(this.table, this.starts, this.slots, differ);
    for (const { slot, was, now } of changes) {
      const before = was === null ? new Set<number>() : nodesOf(was, this.table);
      const after = now === null ? new Set<number>() : nodesOf(now, this.table);
      for (const node of before) {
        if (!after.has(node)) differ.set(node, next.at(node).filter((s) => s !== slot));
      }
      for (const node of after) {
        if (!before.has(node)) differ.set(node, [...next.at(node), slot].sort((a, b) => a - b));
      }
    }
    return next;
  }
}

/** Gives the numbers of an area's corners, each once. */
function nodesOf(area: Area, table: NodeTable): Set<number> {
  const out = new Set<number>();
  eachCorner(area, (lon, lat) => out.add(table.intern(lon, lat)));
  return out;
}

function eachCorner(area: Area | null, visit: (lon: number, lat: number) => void): void {
  for (const polygon of area?.outline ?? []) {
    for (const ring of polygon) {
      for (let i = 0; i < ring.length; i += 2) visit(ring[i] as number, ring[i + 1] as number);
    }
  }
}
