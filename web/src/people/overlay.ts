import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import { effect } from "@preact/signals";
import type { Vacancy } from "../api/rosters";
import { cover } from "../map/cover";
import { gridMap } from "../map/handle";
import type { GridMap } from "../map/gridmap";
import { app } from "../state/app";
import { camera, selection } from "../state/store";
import { colouredKind, vacant, type Coloured } from "./state";

/** One, two, three or more vacant posts: told apart by lightness too. The legend's are in screen.css. */
const ramps = { light: ["#fdd08a", "#ec7a26", "#8f2e04"], dark: ["#7c4313", "#d3752b", "#ffd9a0"] };
const none = "rgba(0,0,0,0)";

/** The vector tiles each kind comes in. */
const sources: Record<Coloured | "village", string> = { grid: "grids", village: "villages", village_group: "village_groups", compound: "compounds" };

/** From which zoom on single areas of a kind can be told apart; from further away their villages are coloured. */
const near: Record<Coloured, number> = { grid: 0, village_group: 12.2, compound: 13 };

/** Gives how many required posts of areas of a kind are vacant, by the code of the area, or of the village it lies in. */
export function vacanciesBy(kind: Coloured, by: Coloured | "village", list: readonly Vacancy[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const v of list) {
    if (!v.required || v.areas[0]?.kind !== kind) continue;
    for (const a of by === kind ? v.areas : (v.within ?? []).filter((w) => w.kind === by)) counts.set(a.code, (counts.get(a.code) ?? 0) + 1);
  }
  return counts;
}

function colourOf(by: Coloured | "village", dark: boolean): ExpressionSpecification | string {
  const ramp = dark ? ramps.dark : ramps.light;
  const of: string[][] = [[], [], []];
  for (const [code, n] of vacanciesBy(colouredKind.peek(), by, vacant.peek() ?? [])) of[Math.min(n, 3) - 1]?.push(code);
  const cases = of.flatMap((codes, i) => (codes.length === 0 ? [] : [codes, ramp[i] ?? none]));
  return cases.length === 0 ? none : (["match", ["get", "code"], ...cases, none] as unknown as ExpressionSpecification);
}

const id = (kind: Coloured | "village"): string => `people-${kind}`;

/** What keeps neighbours of one colour apart. */
function edges(until: number, rim: string): LayerSpecification {
  return { id: "people-edges", type: "line", source: sources.village, "source-layer": sources.village, maxzoom: until, paint: { "line-color": rim, "line-width": 0.7 } };
}

function layersOf(dark: boolean, rim: string): LayerSpecification[] {
  const kind = colouredKind.peek();
  const layer = (by: Coloured | "village", fill: ExpressionSpecification | string, from: number, until: number): LayerSpecification => ({
    id: id(by),
    type: "fill",
    source: sources[by],
    "source-layer": sources[by],
    minzoom: from,
    maxzoom: until,
    paint: { "fill-color": fill, "fill-opacity": 0.8 },
  });
  return [
    // The grids are there in any case: a click finds them.
    ...(kind === "grid" ? [] : [layer("grid", none, 0, 24), layer("village", colourOf("village", dark), 0, near[kind]), edges(near[kind], rim)]),
    layer(kind, colourOf(kind, dark), near[kind], 24),
  ];
}

/** Colours areas by what is vacant there; a click shows an area's posts. */
function colourMap(map: GridMap): () => void {
  let end: (() => void) | null = null;
  const free = map.takeClicks((click) => {
    // Of what is coloured first; where that is not drawn, of the grid.
    for (const kind of [colouredKind.peek(), "village", "grid"] as const) {
      if (map.map.getLayer(id(kind)) === undefined) continue;
      const code = click.features(id(kind))[0]?.properties.code;
      if (typeof code !== "string") continue;
      selection.value = { type: "area", ref: { kind, code } };
      return true;
    }
    return true;
  });
  const stop = effect(() => {
    void vacant.value;
    void colouredKind.value;
    end?.();
    end = map.draw({ sources: {}, layers: (p, dark) => layersOf(dark, p.halo), below: "line-village_group" });
  });
  return () => {
    stop();
    free();
    end?.();
  };
}

/** Colours whatever map there is, as it comes and goes; until the function that is given is called. */
export function colourMaps(): () => void {
  let end: (() => void) | null = null;
  const fit = camera.peek() === null;
  const stop = effect(() => {
    const map = gridMap.value;
    end?.();
    end = map === null ? null : colourMap(map);
    const bounds = app.peek()?.bounds ?? null;
    // All of the district, beside the card; once that has its place.
    if (fit && map !== null && bounds !== null && selection.peek() === null) requestAnimationFrame(() => gridMap.peek() === map && map.showBox(bounds, cover()));
  });
  return () => {
    stop();
    end?.();
  };
}
