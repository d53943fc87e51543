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
    const nodes: number[] = [];
    const by: number[] = [];
    areas.forEach((area, slot) => {
      if (area === null) return;
      for (const node of nodesOf(area, table)) {
        nodes.push(node);
        by.push(slot);
      }
    });
    const starts = new Int32Array(table.size + 1);
    for (const node of nodes) starts[node + 1] = (starts[node + 1] as number) + 1;
    for (let i = 0; i < table.size; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
    const slots = new Int32Array(nodes.length);
    const next = starts.slice();
    nodes.forEach((node, i) => {
      const k = next[node] as number;
      next[node] = k + 1;
      slots[k] = by[i] as number;
    });
    return new Users(table, starts, slots, new Map());
  }

  /** Gives the slots of the areas that have a node, in order. */
  at(node: number): readonly number[] {
    if (node < 0) return none;
    const differ = this.differ.get(node);
    if (differ !== undefined) return differ;
    if (node + 1 >= this.starts.length) return none;
    return [...this.slots.subarray(this.starts[node] as number, this.starts[node + 1] as number)];
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
  for (const polygon of area.outline) {
    for (const ring of polygon) {
      for (let i = 0; i < ring.length; i += 2) out.add(table.intern(ring[i] as number, ring[i + 1] as number));
    }
  }
  return out;
}
