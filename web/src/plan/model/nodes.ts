import type { Box, LatticePoint } from "./types";

/** The size of the cells in which nodes are found by place, in 1e-7 degrees: about a kilometre. */
const cell = 100_000;
/** Cells along a parallel, more than there are. */
const columns = 40_000;

/**
 * Numbers for places of the lattice. Places are only ever added, so that all
 * topologies made from one share their table.
 */
export class NodeTable {
  private lon: Int32Array = new Int32Array(1024);
  private lat: Int32Array = new Int32Array(1024);
  private slots: Int32Array = new Int32Array(4096).fill(-1);
  private readonly cells = new Map<number, number[]>();
  private n = 0;

  get size(): number {
    return this.n;
  }

  at(node: number): LatticePoint {
    return { lon: this.lon[node] as number, lat: this.lat[node] as number };
  }

  /** Gives the number of a place; -1 where it has none. */
  find(lon: number, lat: number): number {
    return this.slots[this.slotOf(lon, lat)] as number;
  }

  /** Gives the number of a place, and one to a place that has none. */
  intern(lon: number, lat: number): number {
    let slot = this.slotOf(lon, lat);
    const known = this.slots[slot] as number;
    if (known >= 0) return known;
    if (4 * this.n > this.slots.length) {
      this.grow();
      slot = this.slotOf(lon, lat);
    }
    if (this.n === this.lon.length) {
      this.lon = doubled(this.lon);
      this.lat = doubled(this.lat);
    }
    const node = this.n++;
    this.slots[slot] = node;
    this.lon[node] = lon;
    this.lat[node] = lat;
    const key = Math.floor(lat / cell) * columns + Math.floor(lon / cell);
    const list = this.cells.get(key);
    if (list === undefined) this.cells.set(key, [node]);
    else list.push(node);
    return node;
  }

  /** Calls visit for every node in a box. */
  eachIn(box: Box, visit: (node: number) => void): void {
    const [west, east] = [Math.floor(box.west / cell), Math.floor(box.east / cell)];
    const [south, north] = [Math.floor(box.south / cell), Math.floor(box.north / cell)];
    const visitCell = (list: readonly number[]) => {
      for (const node of list) {
        const lon = this.lon[node] as number;
        const lat = this.lat[node] as number;
        if (lon >= box.west && lon <= box.east && lat >= box.south && lat <= box.north) visit(node);
      }
    };
    // A box of the whole world has more cells than there are nodes.
    if ((east - west + 1) * (north - south + 1) > this.cells.size) {
      for (const list of this.cells.values()) visitCell(list);
      return;
    }
    for (let y = south; y <= north; y++) {
      for (let x = west; x <= east; x++) visitCell(this.cells.get(y * columns + x) ?? []);
    }
  }

  /** Gives the slot in which a place is, or would be. */
  private slotOf(lon: number, lat: number): number {
    const mask = this.slots.length - 1;
    let slot = (Math.imul(lon, 0x9e3779b1) ^ Math.imul(lat, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    for (;;) {
      const node = this.slots[slot] as number;
      if (node < 0 || (this.lon[node] === lon && this.lat[node] === lat)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    this.slots = new Int32Array(4 * this.slots.length).fill(-1);
    for (let node = 0; node < this.n; node++) this.slots[this.slotOf(this.lon[node] as number, this.lat[node] as number)] = node;
  }
}

function doubled(of: Int32Array): Int32Array {
  const out = new Int32Array(2 * of.length);
  out.set(of);
  return out;
}
