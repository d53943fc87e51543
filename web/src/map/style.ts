import type { ExpressionSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { Kind } from "../api/types";
import type { LayerName } from "../state/url";
import type { Palette } from "./palette";

/** Tile layers of the kinds, and the least zoom the server has tiles for. */
export const tileLayers: Record<Kind, { source: string; minzoom: number }> = {
  district: { source: "districts", minzoom: 4 },
  township: { source: "townships", minzoom: 4 },
  village: { source: "villages", minzoom: 6 },
  grid: { source: "grids", minzoom: 6 },
  village_group: { source: "village_groups", minzoom: 8 },
  compound: { source: "compounds", minzoom: 9 },
};

/** From which zoom on a kind has its lines and its names. */
export const shownFrom: Record<Kind, { lines: number; names: number; namesUntil: number }> = {
  district: { lines: 4, names: 6, namesUntil: 9.3 },
  township: { lines: 7, names: 9.3, namesUntil: 13.5 },
  grid: { lines: 9.5, names: 11, namesUntil: 24 },
  village: { lines: 10.5, names: 11.6, namesUntil: 24 },
  village_group: { lines: 12.2, names: 13.2, namesUntil: 24 },
  compound: { lines: 13, names: 14.6, namesUntil: 24 },
};

/** Which switch a layer of the style belongs to; layers without one are always shown. */
export const switchOf = new Map<string, LayerName>();

/** Gives a value that grows with the zoom, from stops of a zoom and a value in turn. */
export function byZoom(...stops: number[]): ExpressionSpecification {
  return ["interpolate", ["exponential", 1.4], ["zoom"], ...stops] as unknown as ExpressionSpecification;
}

const isClass = (...classes: string[]): ExpressionSpecification => ["in", ["get", "class"], ["literal", classes]];

function ground(p: Palette): LayerSpecification[] {
  const line = (id: string, color: string, width: ExpressionSpecification, minzoom: number, ...classes: string[]): LayerSpecification => ({
    id,
    type: "line",
    source: "roads",
    "source-layer": "roads",
    minzoom,
    filter: isClass(...classes),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": color, "line-width": width },
  });
  return [
    { id: "houses", type: "fill", source: "roads", "source-layer": "roads", minzoom: 10.5, filter: isClass("houses"), paint: { "fill-color": p.houses } },
    line("streams", p.water, byZoom(10, 0.4, 16, 3), 10, "stream"),
    line("rivers", p.water, byZoom(8, 0.8, 12, 2.5, 16, 8), 8, "river"),
    line("tracks", p.track, byZoom(12, 0.6, 16, 3), 12.5, "track"),
    line("roads", p.road, byZoom(10, 0.5, 13, 1.6, 16, 6), 10.5, "road"),
    line("main-roads", p.roadMain, byZoom(8, 0.7, 12, 1.8, 16, 8), 8, "road_main"),
  ];
}

/** Widths of the lines of a kind, by zoom. */
export const lineWidths: Record<Kind, number[]> = {
  compound: [13, 0.5, 17, 1.2],
  village_group: [12, 0.6, 17, 1.2],
  village: [10, 0.5, 13, 0.8, 17, 1.2],
  grid: [9, 0.6, 12, 1.3, 17, 2.2],
  township: [7, 0.5, 10, 1.2, 13, 2.4, 17, 4],
  district: [5, 0.8, 10, 2.2, 14, 4, 17, 6],
};

function boundaries(p: Palette): LayerSpecification[] {
  const line = (kind: Kind, color: string, dash?: number[]): LayerSpecification => ({
    id: `line-${kind}`,
    type: "line",
    source: tileLayers[kind].source,
    "source-layer": tileLayers[kind].source,
    minzoom: shownFrom[kind].lines,
    layout: { "line-join": "round" },
    paint: { "line-color": color, "line-width": byZoom(...lineWidths[kind]), ...(dash === undefined ? {} : { "line-dasharray": dash }) },
  });
  return [
    {
      id: "fill-compound",
      type: "fill",
      source: "compounds",
      "source-layer": "compounds",
      minzoom: shownFrom.compound.lines,
      paint: { "fill-color": p.compoundFill, "fill-opacity": 0.08 },
    },
    line("compound", p.compound),
    line("village_group", p.group, [1.5, 3]),
    line("village", p.village),
    line("grid", p.grid),
    line("township", p.township),
    line("district", p.district),
  ];
}

/** The id of the layer that lights an area of a kind. */
export const litLayer = (kind: Kind, part: "fill" | "halo" | "line"): string => `lit-${part}-${kind}`;

/** A filter that lets the area of one code through, or none for the empty code. */
export const onlyCode = (code: string): ExpressionSpecification => ["==", ["get", "code"], code];

function lit(p: Palette, part: "fill" | "halo" | "line"): LayerSpecification[] {
  return (Object.keys(tileLayers) as Kind[]).map((kind) => {
    const source = tileLayers[kind].source;
    const common = { id: litLayer(kind, part), source, "source-layer": source, filter: onlyCode("") };
    if (part === "fill") return { ...common, type: "fill", paint: { "fill-color": p.accent, "fill-opacity": 0.07 } };
    const width = part === "halo" ? byZoom(8, 4, 14, 8) : byZoom(8, 1.6, 14, 2.8);
    return {
      ...common,
      type: "line",
      layout: { "line-join": "round" },
      paint: { "line-color": p.accent, "line-width": width, "line-opacity": part === "halo" ? 0.18 : 1 },
    };
  });
}

const names: { kind: Kind; size: number[]; soft: boolean }[] = [
  { kind: "compound", size: [14, 11, 18, 13], soft: true },
  { kind: "village_group", size: [13, 11, 17, 13], soft: true },
  { kind: "village", size: [11, 11, 16, 14], soft: true },
  { kind: "grid", size: [11, 11.5, 16, 15], soft: false },
  { kind: "township", size: [9, 12, 13, 16], soft: false },
  { kind: "district", size: [6, 13, 10, 18], soft: false },
];

function labels(p: Palette): LayerSpecification[] {
  const along = (id: string, color: string, minzoom: number, ...classes: string[]): LayerSpecification => ({
    id,
    type: "symbol",
    source: "roads",
    "source-layer": "roads",
    minzoom,
    filter: isClass(...classes),
    layout: { "symbol-placement": "line", "text-field": ["get", "name"], "text-size": 11, "symbol-spacing": 400, "text-max-angle": 30 },
    paint: { "text-color": color, "text-halo-color": p.halo, "text-halo-width": 1.4 },
  });
  return [
    along("names-roads", p.roadName, 14, "road"),
    along("names-main-roads", p.roadName, 12.5, "road_main"),
    along("names-rivers", p.waterName, 11.5, "river"),
    ...names.map(
      ({ kind, size, soft }): LayerSpecification => ({
        id: `names-${kind}`,
        type: "symbol",
        source: "names",
        minzoom: shownFrom[kind].names,
        maxzoom: shownFrom[kind].namesUntil,
        filter: ["==", ["get", "kind"], kind],
        layout: {
          "text-field": ["get", "name"],
          "text-size": byZoom(...size),
          "text-max-width": kind === "compound" ? 6 : 9,
          "text-padding": kind === "compound" ? 3 : 6,
          // A name moves aside for the one above it in rank, which often has the same middle.
          ...(kind === "township" || kind === "district"
            ? {}
            : { "text-variable-anchor": ["center", "top", "bottom"], "text-radial-offset": kind === "grid" || kind === "village" ? 2 : 0.9, "text-justify": "center" }),
          "text-letter-spacing": kind === "township" || kind === "district" ? 0.08 : 0,
          "symbol-sort-key": ["-", 0, ["get", "width"]],
        },
        paint: { "text-color": soft ? p.nameSoft : p.name, "text-halo-color": p.halo, "text-halo-width": 1.6 },
      }),
    ),
  ];
}

const nothing: SourceSpecification = { type: "geojson", data: { type: "FeatureCollection", features: [] } };

function own(p: Palette): LayerSpecification[] {
  return [
    { id: "own-accuracy", type: "fill", source: "own", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": p.accent, "fill-opacity": 0.12, "fill-outline-color": p.accent } },
    { id: "own-dot", type: "circle", source: "own", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 6, "circle-color": p.accent, "circle-stroke-width": 2.5, "circle-stroke-color": p.halo } },
  ];
}

/** The source of the outside base map, where there is one. */
export const baseSource = "basemap";

/** Names along roads and rivers: a base map has its own. */
export const groundNames = ["names-roads", "names-main-roads", "names-rivers"] as const;

/** Whose boundaries a map shows: of a numbered revision or of a plan; those in force where none is given. */
export type World = { revision: number } | { plan: string };

/**
 * Gives the style of the whole map. It names no glyphs: the browser draws every
 * name with its own fonts. The ground is the same in every world.
 */
export function mapStyle(p: Palette, origin: string, bounds: [number, number, number, number] | undefined, world?: World): StyleSpecification {
  const version = world !== undefined && "revision" in world ? `@${world.revision}` : "";
  const query = world !== undefined && "plan" in world ? `?plan=${encodeURIComponent(world.plan)}` : "";
  const tiles = (name: string, minzoom: number): SourceSpecification => ({
    type: "vector",
    tiles: [`${origin}/tiles/${name}${name === "roads" ? "" : version}/{z}/{x}/{y}.mvt${name === "roads" ? "" : query}`],
    minzoom,
    maxzoom: 16,
    ...(bounds === undefined ? {} : { bounds }),
  });
  const sources: Record<string, SourceSpecification> = { roads: tiles("roads", 8), names: nothing, own: nothing };
  for (const { source, minzoom } of Object.values(tileLayers)) sources[source] = tiles(source, minzoom);
  const land: LayerSpecification = { id: "land", type: "fill", source: "districts", "source-layer": "districts", paint: { "fill-color": p.land } };
  const parts = { ground: ground(p), lines: boundaries(p), names: labels(p) };
  for (const l of parts.ground) switchOf.set(l.id, "ground");
  for (const l of parts.names) switchOf.set(l.id, "labels");
  for (const kind of Object.keys(tileLayers) as Kind[]) {
    if (kind !== "district") switchOf.set(`line-${kind}`, kind);
  }
  switchOf.set("fill-compound", "compound");
  return {
    version: 8,
    transition: { duration: 0, delay: 0 },
    sources,
    layers: [
      { id: "background", type: "background", paint: { "background-color": p.ground } },
      land,
      ...parts.ground,
      ...lit(p, "fill"),
      ...parts.lines,
      ...lit(p, "halo"),
      ...lit(p, "line"),
      ...own(p),
      ...parts.names,
    ],
  };
}
