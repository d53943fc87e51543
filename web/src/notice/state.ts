import { area, get, listAreas, request } from "../api/client";
import type { AreaFeature, Kind, ListedArea } from "../api/types";
import { boxOf } from "../map/box";
import { boxOfFrame, frameOf, type Frame } from "./frame";
import { groundOf, type GroundPart } from "./ground";

/** An area beside or in the grid, as the picture shows it. */
export interface Around extends ListedArea {
  kind: Kind;
  shape: number[][][][];
}

/** A kind of report, as the sheet names it. */
export interface Sort {
  name: string;
  name_en?: string;
}

/** All that stands on the sheet of a grid. */
export interface Notice {
  grid: AreaFeature;
  parent: AreaFeature | null;
  frame: Frame;
  around: Around[];
  ground: GroundPart[];
}

/** The size of the picture in its units, which are millimetres on the sheet. */
export const picture = { width: 186, height: 122 };

/** The kinds the picture shows, under the name of their collection. */
const shown: [Kind, string][] = [["grid", "grids"], ["village", "villages"], ["village_group", "village_groups"], ["compound", "compounds"]];

/**
 * Gives a grid with those on its notice board. It is asked for as anybody
 * would: what the sheet says is public, whoever prints it. Where nothing is
 * public, the shape comes without them.
 */
async function gridForAll(code: string, signal: AbortSignal): Promise<AreaFeature> {
  const path = `/api/v1/areas/grid/${encodeURIComponent(code)}`;
  const answer = await request(path, { credentials: "omit", signal }).catch(() => null);
  if (answer !== null) return (await answer.json()) as AreaFeature;
  const own = await get<AreaFeature>(path, signal);
  const { staffing: _, ...rest } = own.properties;
  return { ...own, properties: rest };
}

async function areasIn(box: readonly number[], signal: AbortSignal): Promise<Around[]> {
  const asked = shown.map(async ([kind, collection]) => {
    const page = await get<{ features: { geometry: { coordinates: number[][][][] }; properties: ListedArea }[] }>(
      `/ogc/collections/${collection}/items?limit=10000&bbox=${box.map((v) => v.toFixed(7)).join(",")}`,
      signal,
    );
    return page.features.map((f): Around => ({ ...f.properties, kind, shape: f.geometry.coordinates }));
  });
  return (await Promise.all(asked)).flat();
}

/** Loads all that stands on the sheet of a grid. */
export async function noticeOf(code: string, signal: AbortSignal): Promise<Notice> {
  const grid = await gridForAll(code, signal);
  const frame = frameOf(boxOf(grid.geometry.coordinates), picture.width, picture.height);
  const parent = grid.properties.parent;
  const [around, ground, above] = await Promise.all([
    areasIn(boxOfFrame(frame), signal),
    groundOf(frame),
    parent === undefined ? null : area(parent).catch(() => null),
  ]);
  return { grid, parent: above, frame, around, ground };
}

/** Gives the codes and names of all grids, by code. */
export async function allGrids(signal: AbortSignal): Promise<ListedArea[]> {
  return (await listAreas("grid", null, signal)).sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** Gives what can be reported. */
export function sortsOfReports(signal: AbortSignal): Promise<Sort[]> {
  return get<Sort[]>("/api/v1/categories", signal);
}
