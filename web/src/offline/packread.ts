import type { Checkpoint, CheckpointKind, Patrol } from "../api/patrols";
import type { Category, Report } from "../api/reports";
import { isKind, type AreaProperties, type Kind, type Ref, type Seat } from "../api/types";

/** The kinds in the order in which a pack and its vectors have them. */
export const packKinds = ["district", "township", "village", "village_group", "grid", "compound"] as const satisfies Kind[];

/** The answer of GET /api/v1/pack, as far as this page reads it. Places are lon and lat in steps of 1e-7 degrees, each counted from the one before it. */
export interface PackAnswer {
  revision: number;
  duty_version: number;
  made_at: string;
  synthetic?: boolean;
  reports: { features: Report[] };
  checkpoints: { features: Checkpoint[] };
  checkpoint_kinds: CheckpointKind[];
  /** Of whoever's pack it is, those of these days. */
  patrols?: Patrol[];
  categories: Category[];
  posts: { kind: Kind; code: string; seats: Seat[] }[];
  lon_m: number;
  lat_m: number;
  displacement_m: number;
  band_m: number;
  exact: number;
  arcs: number[][];
  areas: Partial<Record<Kind, { whole: boolean; areas: WireArea[] }>>;
  lines: { class: string; name?: string; places: number[] }[];
}

interface WireArea {
  code: string;
  name: string;
  name_en?: string;
  unit_type?: NonNullable<AreaProperties["unit_type"]>;
  class?: string;
  parent?: string;
  households?: number;
  area_m2: number;
  label: [number, number];
  own?: boolean;
  full?: boolean;
  unsure?: boolean;
  shape: number[][][];
}

/** An area of a pack. `shape` is polygons of rings of arcs; -1-n is arc n from its end. */
export interface PackArea {
  kind: Kind;
  code: string;
  name: string;
  name_en?: string;
  unitType?: NonNullable<AreaProperties["unit_type"]>;
  class: string;
  parent: Ref | null;
  /** 0 where that is unknown. */
  households: number;
  areaM2: number;
  /** Of what the pack holds everything that lies there, of every kind. */
  full: boolean;
  /** It overlaps one that is not held: it decides nothing. */
  unsure: boolean;
  /** What the pack was made for. */
  own: boolean;
  /** A place in it, in degrees. */
  label: [number, number];
  shape: number[][][];
}

/** The land of a pack: arcs as lon and lat in turn on the lattice of 1e-7 degrees, the first `exact` of them as the server has them. */
export interface Land {
  lonM: number;
  latM: number;
  bandM: number;
  exact: number;
  arcs: Int32Array[];
  kinds: Record<Kind, { whole: boolean; areas: PackArea[] }>;
}

/** Adds up what lies between places, from the last place before; gives that of the next. */
function places(deltas: readonly number[], from: [number, number]): Int32Array {
  const out = new Int32Array(deltas.length);
  for (let i = 0; i + 1 < deltas.length; i += 2) {
    from[0] += deltas[i] as number;
    from[1] += deltas[i + 1] as number;
    out[i] = from[0];
    out[i + 1] = from[1];
  }
  return out;
}

function refOf(text: string): Ref | null {
  const at = text.indexOf(":");
  const kind = text.slice(0, Math.max(at, 0));
  return isKind(kind) ? { kind, code: text.slice(at + 1) } : null;
}

/** Reads the land of a pack. */
export function readLand(p: PackAnswer): Land {
  let from: [number, number] = [0, 0];
  const arcs = p.arcs.map((a) => places(a, from));
  const kinds = {} as Land["kinds"];
  for (const kind of packKinds) {
    from = [0, 0];
    const of = p.areas[kind];
    kinds[kind] = {
      whole: of?.whole === true,
      areas: (of?.areas ?? []).map((a) => {
        const [lon = 0, lat = 0] = places(a.label, from);
        return {
          kind,
          code: a.code,
          name: a.name,
          ...(a.name_en === undefined ? {} : { name_en: a.name_en }),
          ...(a.unit_type === undefined ? {} : { unitType: a.unit_type }),
          class: a.class ?? "",
          parent: refOf(a.parent ?? ""),
          households: a.households ?? 0,
          areaM2: a.area_m2,
          own: a.own === true,
          full: a.full === true,
          unsure: a.unsure === true,
          label: [lon / 1e7, lat / 1e7],
          shape: a.shape,
        };
      }),
    };
  }
  return { lonM: p.lon_m, latM: p.lat_m, bandM: p.band_m, exact: p.exact, arcs, kinds };
}

/** Gives the corners of a ring in degrees, closed. */
export function ringOf(land: Pick<Land, "arcs">, refs: readonly number[]): [number, number][] {
  const out: [number, number][] = [];
  for (const ref of refs) {
    const arc = land.arcs[ref < 0 ? -1 - ref : ref] as Int32Array;
    const n = arc.length / 2;
    // The last place of an arc is the first of the next.
    for (let i = 0; i + 1 < n; i++) {
      const k = ref < 0 ? n - 1 - i : i;
      out.push([(arc[2 * k] as number) / 1e7, (arc[2 * k + 1] as number) / 1e7]);
    }
  }
  const first = out[0];
  if (first !== undefined) out.push(first);
  return out;
}

/** Reads the lines of the base map, in degrees. */
export function readLines(p: PackAnswer): { class: string; name: string; places: [number, number][] }[] {
  const from: [number, number] = [0, 0];
  return p.lines.map((l) => {
    const at = places(l.places, from);
    const line: [number, number][] = [];
    for (let i = 0; i < at.length; i += 2) line.push([(at[i] as number) / 1e7, (at[i + 1] as number) / 1e7]);
    return { class: l.class, name: l.name ?? "", places: line };
  });
}

