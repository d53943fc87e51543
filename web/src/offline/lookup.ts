import type { Kind } from "../api/types";
import { crossed, look, onSide } from "../plan/model/cover";
import { packKinds, type Land, type PackArea } from "./packread";

/** What a pack says of a place and a kind: an area, null for none, or that the server decides. */
export type Found = PackArea | null | "server";

/** Numbers of a side: its two ends, its arc. */
const width = 5;

/** How many strips of latitude a kind has at most. */
const maxStrips = 512;

/** The sides that areas of a kind run along, in strips of latitude that reach as far as the band round each of them. */
interface Bands {
  south: number;
  high: number;
  starts: Int32Array;
  sides: Int32Array;
  /** Of each arc the areas of the kind, each as often as it runs along it. */
  users: (number[] | undefined)[];
}

/**
 * Answers from a pack which areas cover a place, by the rule of the server:
 * edges included, of several the one of the lowest code. What geo/pack of the
 * server proves of its lookup holds for this one, which does the same steps:
 * testdata/lookup.json there holds both to that.
 */
export class Lookup {
  private readonly bands: Bands[];

  constructor(private readonly land: Land) {
    this.bands = packKinds.map((kind) => bandsOf(land, kind));
  }

  /** Says of each kind what covers a place of the lattice (units of 1e-7 degrees). */
  locate(lon: number, lat: number): Record<Kind, Found> {
    const out = {} as Record<Kind, Found>;
    const bare: Kind[] = [];
    let full = false;
    packKinds.forEach((kind, k) => {
      const f = this.find(this.bands[k] as Bands, this.land.kinds[kind].areas, lon, lat);
      if (f === undefined) bare.push(kind);
      else if (f !== "server" && f.full) full = true;
      out[kind] = f ?? null;
    });
    for (const kind of bare) {
      if (!full && !this.land.kinds[kind].whole) out[kind] = "server";
    }
    return out;
  }

  /** Gives undefined where none of the areas held covers the place. */
  private find(b: Bands, areas: readonly PackArea[], lon: number, lat: number): PackArea | "server" | undefined {
    const strip = Math.floor((lat - b.south) / b.high);
    if (!(strip >= 0 && strip < b.starts.length - 1)) return undefined;
    const { lonM, latM, bandM, exact } = this.land;
    const band2 = bandM * bandM;
    const odd = new Set<number>();
    const edge: number[] = [];
    const end = b.starts[strip + 1] as number;
    for (let i = b.starts[strip] as number; i < end; i++) {
      const at = width * i;
      const aLon = b.sides[at] as number;
      const aLat = b.sides[at + 1] as number;
      const bLon = b.sides[at + 2] as number;
      const bLat = b.sides[at + 3] as number;
      const arc = b.sides[at + 4] as number;
      if (arc >= exact && squareM2((lon - aLon) * lonM, (lat - aLat) * latM, (bLon - aLon) * lonM, (bLat - aLat) * latM) <= band2) return "server";
      const seen = look(aLon, aLat, bLon, bLat, lon, lat);
      if (seen === onSide) edge.push(...(b.users[arc] ?? []));
      else if (seen === crossed) {
        for (const u of b.users[arc] ?? []) if (!odd.delete(u)) odd.add(u);
      }
    }
    const covering = [...odd, ...edge];
    if (covering.length === 0) return undefined;
    if (covering.some((u) => areas[u]?.unsure === true)) return "server";
    // They are in the order of their codes.
    return areas[Math.min(...covering)];
  }
}

/** The square of the distance, in metres, from a place to the segment from 0, 0 to b. */
function squareM2(px: number, py: number, bx: number, by: number): number {
  const l = bx * bx + by * by;
  if (l > 0) {
    const t = Math.min(Math.max((px * bx + py * by) / l, 0), 1);
    px -= t * bx;
    py -= t * by;
  }
  return px * px + py * py;
}

function bandsOf(land: Land, kind: Kind): Bands {
  const users: Bands["users"] = new Array<number[] | undefined>(land.arcs.length);
  land.kinds[kind].areas.forEach((a, i) => {
    for (const ref of a.shape.flat(2)) (users[ref < 0 ? -1 - ref : ref] ??= []).push(i);
  });
  const reach = Math.trunc(land.bandM / land.latM) + 1;
  let south = Infinity;
  let north = -Infinity;
  let count = 0;
  const each = (visit: (aLon: number, aLat: number, bLon: number, bLat: number, arc: number) => void) => {
    land.arcs.forEach((arc, n) => {
      if (users[n] === undefined) return;
      for (let i = 2; i < arc.length; i += 2) visit(arc[i - 2] as number, arc[i - 1] as number, arc[i] as number, arc[i + 1] as number, n);
    });
  };
  each((_a, aLat, _b, bLat) => {
    south = Math.min(south, aLat - reach, bLat - reach);
    north = Math.max(north, aLat + reach, bLat + reach);
    count++;
  });
  if (count === 0) return { south: 0, high: 1, starts: new Int32Array(1), sides: new Int32Array(0), users };
  const strips = Math.min(Math.max(Math.trunc(count / 8), 1), maxStrips);
  const high = Math.trunc((north - south) / strips) + 1;
  const starts = new Int32Array(strips + 1);
  const from = (aLat: number, bLat: number) => Math.floor((Math.min(aLat, bLat) - reach - south) / high);
  const to = (aLat: number, bLat: number) => Math.floor((Math.max(aLat, bLat) + reach - south) / high);
  each((_a, aLat, _b, bLat) => {
    for (let s = from(aLat, bLat); s <= to(aLat, bLat); s++) starts[s + 1] = (starts[s + 1] as number) + 1;
  });
  for (let s = 0; s < strips; s++) starts[s + 1] = (starts[s + 1] as number) + (starts[s] as number);
  const sides = new Int32Array(width * (starts[strips] as number));
  const next = starts.slice();
  each((aLon, aLat, bLon, bLat, arc) => {
    for (let s = from(aLat, bLat); s <= to(aLat, bLat); s++) {
      const at = next[s] as number;
      sides.set([aLon, aLat, bLon, bLat, arc], width * at);
      next[s] = at + 1;
    }
  });
  return { south, high, starts, sides, users };
}
