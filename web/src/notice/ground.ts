import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import { request } from "../api/client";
import { inFrame, tilesOf, type Frame, type Tile } from "./frame";

/** What the ground has: a line or a surface as a path in the picture's units, and where a name would stand on it. */
export interface GroundPart {
  class: string;
  name: string | null;
  d: string;
  surface: boolean;
  /** The longest straight stretch of it in the picture: its ends. */
  stretch: [number, number, number, number] | null;
}

/** The deepest zoom that the layer has. */
const deepest = 16;

const kept = new Map<string, Promise<Uint8Array | null>>();

/** Gives a tile of roads, rivers and houses; null for an empty one. */
function tile({ z, x, y }: Tile): Promise<Uint8Array | null> {
  const path = `/tiles/roads/${z}/${x}/${y}.mvt`;
  let asked = kept.get(path);
  if (asked === undefined) {
    asked = request(path).then(async (answer) => (answer.status === 204 ? null : new Uint8Array(await answer.arrayBuffer())));
    asked.catch(() => kept.delete(path));
    kept.set(path, asked);
  }
  return asked;
}

function longest(line: readonly (readonly [number, number])[], f: Frame): GroundPart["stretch"] {
  let best: GroundPart["stretch"] = null;
  let most = 0;
  for (let i = 1; i < line.length; i++) {
    const [ax, ay] = line[i - 1] as [number, number];
    const [bx, by] = line[i] as [number, number];
    if (Math.min(ax, bx) < 0 || Math.max(ax, bx) > f.width || Math.min(ay, by) < 0 || Math.max(ay, by) > f.height) continue;
    const length = Math.hypot(bx - ax, by - ay);
    if (length > most) [best, most] = [[ax, ay, bx, by], length];
  }
  return best;
}

function read(bytes: Uint8Array, { z, x, y }: Tile, f: Frame): GroundPart[] {
  const layer = new VectorTile(new PbfReader(bytes)).layers.roads;
  if (layer === undefined) return [];
  const n = 2 ** z;
  const out: GroundPart[] = [];
  for (let i = 0; i < layer.length; i++) {
    const feature = layer.feature(i);
    const surface = feature.type === 3;
    let d = "";
    let stretch: GroundPart["stretch"] = null;
    for (const points of feature.loadGeometry()) {
      const line = points.map((p): [number, number] => inFrame(f, [(x + p.x / feature.extent) / n, (y + p.y / feature.extent) / n]));
      d += line.map(([px, py], k) => `${k === 0 ? "M" : "L"}${px.toFixed(2)} ${py.toFixed(2)}`).join("") + (surface ? "Z" : "");
      const here = surface ? null : longest(line, f);
      if (here !== null && (stretch === null || lengthOf(here) > lengthOf(stretch))) stretch = here;
    }
    const { class: name, name: called } = feature.properties;
    out.push({ class: String(name), name: typeof called === "string" && called !== "" ? called : null, d, surface, stretch });
  }
  return out;
}

/** How long a stretch is, in the picture's units. */
export function lengthOf([ax, ay, bx, by]: readonly [number, number, number, number]): number {
  return Math.hypot(bx - ax, by - ay);
}

/**
 * Gives the roads, rivers and houses in a picture. They reach the page as
 * vector tiles only; what lies across a tile's edge is there once for each.
 */
export async function groundOf(f: Frame): Promise<GroundPart[]> {
  const tiles = tilesOf(f, deepest, 2);
  const parts = await Promise.all(tiles.map(async (t) => {
    const bytes = await tile(t);
    return bytes === null ? [] : read(bytes, t, f);
  }));
  return parts.flat();
}
