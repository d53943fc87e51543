import { computed, effect, signal } from "@preact/signals";
import type { ExpressionSpecification, FillLayerSpecification, FilterSpecification, LayerSpecification, VectorTileSource } from "maplibre-gl";
import { cover } from "../map/cover";
import type { GridMap, Overlay } from "../map/gridmap";
import { palette } from "../map/palette";
import { now } from "../state/clock";
import { app } from "../state/app";
import { camera, params, setParams } from "../state/store";
import { maxClasses } from "./breaks";
import { heatColours } from "./colours";
import { middleOf } from "./frames";
import { dropMarks, putMarks } from "./marks";
import { density } from "./density";
import { doneStatuses, resolutionAt, tileQuery, voidStatuses } from "./question";
import { answer, classes, coloured, filter, frame, frames, news, resolution, timeZone } from "./state";
import { drawn, fewClass, standingOf, standings, withoutClass } from "./values";

/** Between these zooms hexagons give way to heat, and heat to single reports. Of rates and significance there is no heat: hexagons stay. */
const handOver = { heat: [12, 12.7], points: [14.2, 15] } as const;

/** What the map shows at its zoom. */
export const mode = computed(() => {
  const zoom = camera.value?.zoom ?? 0;
  if (zoom >= (handOver.points[0] + handOver.points[1]) / 2) return "points";
  return coloured.value.by !== "count" || zoom < (handOver.heat[0] + handOver.heat[1]) / 2 ? "hexagons" : "heat";
});

/** A report on the map, as its tile has it. */
export interface Spot {
  category: string;
  status: string;
  overdue?: boolean;
  /** When it came, in seconds; for the public the day. */
  t: number;
  id?: string;
}

/** The reports at the place that was pointed at. */
export const spots = signal<readonly Spot[]>([]);
/** How many reports within some hundred metres have the strongest colour of the heat. */
export const strongest = signal(5);

const byZoom = (...stops: (number | ExpressionSpecification)[]): ExpressionSpecification => ["interpolate", ["linear"], ["zoom"], ...stops] as unknown as ExpressionSpecification;
/** The layer of the hexagons of a class. */
const cellLayer = (n: number): string => `heat-cells-${n === fewClass ? "few" : n === withoutClass ? "without" : n}`;
const cellLayers = Array.from({ length: maxClasses + 2 }, (_, i) => cellLayer(i - 2));

/** How opaque hexagons are, by zoom: they go where heat comes, or become a tint under the single reports. */
function fade(opacity: number, line = false): ExpressionSpecification {
  const [from, to] = handOver.heat;
  if (coloured.peek().by === "count") return byZoom(from, opacity, to, 0);
  return line ? byZoom(7, opacity) : byZoom(from, opacity, to, 0.75 * opacity, handOver.points[0], 0.75 * opacity, handOver.points[1], 0.3 * opacity);
}

/** The kernel's height over its middle, where it counts 1 (MapLibre's heatmap shader). */
const kernelPeak = 0.3989;

function hexagons(): Overlay {
  return {
    below: "fill-compound",
    sources: { "heat-cells": { type: "geojson", data: { type: "FeatureCollection", features: [] } } },
    layers: (_, dark) => {
      const c = heatColours(dark);
      const { by } = coloured.peek();
      const maxzoom = by === "count" ? handOver.heat[1] : 24;
      // A layer a class: a colour that differed by feature would be drawn anew
      // only some time later, too late for paper in other colours.
      const fill = (n: number, opacity: number, paint: FillLayerSpecification["paint"]): LayerSpecification => ({
        id: cellLayer(n),
        type: "fill",
        source: "heat-cells",
        maxzoom,
        filter: ["==", ["get", "class"], n],
        paint: { ...paint, "fill-opacity": fade(opacity), "fill-antialias": false },
      });
      const shades = by === "significance" ? [...standings.map((s) => c[s]), c.plain, c.plain] : c.ramp;
      const pale = (n: number) => by === "significance" && standings[n] === "plain";
      return [
        fill(withoutClass, 0.7, { "fill-pattern": "heat-without" }),
        fill(fewClass, 0.5, { "fill-color": c.few }),
        ...shades.map((color, i) => fill(i, pale(i) ? 0.6 : 0.82, { "fill-color": color })),
        { id: "heat-cells-line", type: "line", source: "heat-cells", maxzoom, paint: { "line-color": c.line, "line-width": byZoom(7, 0.4, 11, 1.2), "line-opacity": fade(0.8, true) } },
      ];
    },
  };
}

/** The signs on hexagons that stand out: nobody has to tell their colours apart. */
function signs(): GeoJSON.FeatureCollection {
  const { by } = coloured.value;
  const shown = by === "count" ? [] : (answer.value?.hotspots.features ?? []);
  return {
    type: "FeatureCollection",
    features: shown.flatMap((c) => {
      const s = c.properties.watched === true ? "watched" : by === "significance" ? standingOf(c) : null;
      return s === null || s === "plain" ? [] : [{ type: "Feature", geometry: { type: "Point", coordinates: middleOf(c) }, properties: { standing: s } }];
    }),
  };
}

/** Lets through what counts: of the frame shown, where there is one. */
function pointFilter(): FilterSpecification {
  const f = frames.value[frame.value ?? -1];
  const seconds = (time: string) => Date.parse(time) / 1000;
  return [
    "all",
    ["!", ["in", ["get", "status"], ["literal", [...voidStatuses]]]],
    ...(f === undefined ? [] : [[">=", ["get", "t"], seconds(f.from)], ["<", ["get", "t"], seconds(f.to)]]),
  ] as unknown as FilterSpecification;
}

function tilesUrl(): string {
  return `${location.origin}/tiles/reports/{z}/{x}/{y}.mvt?${tileQuery(filter.value, now.value, timeZone.value)}`;
}

function points(): Overlay {
  return {
    sources: {
      "heat-points": { type: "vector", tiles: [tilesUrl()], minzoom: 12, maxzoom: 16 },
      "heat-signs": { type: "geojson", data: { type: "FeatureCollection", features: [] } },
    },
    layers: (p, dark) => {
      const c = heatColours(dark);
      const [heatFrom, heatTo] = handOver.heat;
      const [from, to] = handOver.points;
      const common = { source: "heat-points", "source-layer": "reports", filter: pointFilter() };
      return [
        {
          id: "heat-heat",
          type: "heatmap",
          ...common,
          minzoom: heatFrom,
          maxzoom: to,
          layout: { visibility: coloured.peek().by === "count" ? "visible" : "none" },
          paint: {
            // The same ground at every zoom: some 250 m, of which the inner hundred count most.
            "heatmap-radius": ["interpolate", ["exponential", 2], ["zoom"], 12, 18, 15, 144],
            "heatmap-intensity": 1 / (kernelPeak * strongest.value),
            "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, `${c.ramp[0]}00`, 0.06, `${c.ramp[0]}99`, ...c.ramp.flatMap((color, i) => [0.15 + (0.85 * i) / (c.ramp.length - 1), color])] as unknown as ExpressionSpecification,
            "heatmap-opacity": byZoom(heatFrom, 0, heatTo, 0.85, from, 0.85, to, 0),
          },
        },
        {
          id: "heat-signs",
          type: "symbol",
          source: "heat-signs",
          minzoom: 9.9,
          maxzoom: from,
          layout: { "icon-image": ["concat", "heat-", ["get", "standing"]], "icon-size": byZoom(9.9, 0.3, 12, 0.8), "icon-allow-overlap": true, "icon-ignore-placement": true },
        },
        {
          id: "heat-points",
          type: "symbol",
          ...common,
          minzoom: from,
          layout: {
            "icon-image": ["case", ["in", ["get", "status"], ["literal", [...doneStatuses]]], "heat-done", ["==", ["get", "overdue"], true], "heat-overdue", "heat-open"],
            "icon-size": byZoom(from, 0.75, 17, 1.15),
            "icon-allow-overlap": true,
            "icon-padding": 0,
            "symbol-sort-key": ["case", ["in", ["get", "status"], ["literal", [...doneStatuses]]], 0, ["==", ["get", "overdue"], true], 2, 1],
          },
          paint: { "icon-opacity": byZoom(from, 0, to, 1) },
        },
        { id: "heat-chosen", type: "line", source: "heat-cells", filter: chosenFilter(), layout: { "line-join": "round" }, paint: { "line-color": p.accent, "line-width": 3 } },
      ];
    },
  };
}

function chosenFilter(): FilterSpecification {
  return ["==", ["get", "h3"], params.value.cell ?? ""];
}

/** How far from a click a report is still meant, in pixels. */
const reach = { heat: 28, points: 16 };

function spotsAt(map: GridMap, lon: number, lat: number): Spot[] {
  const at = map.map.project([lon, lat]);
  const far = reach[mode.peek() === "points" ? "points" : "heat"];
  return map.map
    .querySourceFeatures("heat-points", { sourceLayer: "reports", filter: pointFilter() })
    .filter((f) => {
      if (f.geometry.type !== "Point") return false;
      const p = map.map.project(f.geometry.coordinates as [number, number]);
      return Math.hypot(p.x - at.x, p.y - at.y) <= far;
    })
    .map((f) => f.properties as Spot)
    .sort((a, b) => b.t - a.t);
}

/** Draws the heat map on the map, until the function that is given is called. */
export function drawHeat(map: GridMap): () => void {
  const lib = map.map;
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  const repaint = () => putMarks(lib, darkness.matches);
  repaint();
  darkness.addEventListener("change", repaint);
  // Before anybody has moved the map it shows the district beside the card.
  const bounds = app.peek()?.bounds;
  if (camera.peek() === null && bounds !== undefined && bounds !== null) map.showBox(bounds, cover());
  const cells = hexagons();
  const away = [map.draw(cells), map.draw(points())];
  // The colours of the heat follow from what lies on the map.
  const measure = () => {
    if (mode.peek() !== "heat" || lib.getSource("heat-points") === undefined) return;
    const found = lib.querySourceFeatures("heat-points", { sourceLayer: "reports", filter: pointFilter() });
    strongest.value = density(found.flatMap((f) => (f.geometry.type === "Point" ? [f.geometry.coordinates as [number, number]] : [])));
  };
  lib.on("idle", measure);
  const on = (id: string, change: () => void) => {
    if (lib.getLayer(id) !== undefined) change();
  };
  const ends = [
    effect(() => {
      resolution.value = resolutionAt(camera.value?.zoom ?? lib.getZoom());
    }),
    effect(() => {
      if (answer.value !== null) map.setData("heat-cells", drawn(answer.value.hotspots, frame.value, coloured.value.by, classes.value));
    }),
    effect(() => map.setData("heat-signs", signs())),
    effect(() => {
      const { by } = coloured.value;
      map.setVisible("heat-heat", by === "count");
      for (const layer of cells.layers(palette(darkness.matches), darkness.matches)) {
        on(layer.id, () => {
          for (const [name, value] of Object.entries(layer.paint ?? {})) lib.setPaintProperty(layer.id, name as "fill-color", value);
          lib.setLayerZoomRange(layer.id, layer.minzoom ?? 0, layer.maxzoom ?? 24);
        });
      }
    }),
    effect(() => {
      const only = pointFilter();
      for (const id of ["heat-heat", "heat-points"]) on(id, () => lib.setFilter(id, only));
    }),
    effect(() => {
      const only = chosenFilter();
      on("heat-chosen", () => lib.setFilter("heat-chosen", only));
    }),
    effect(() => {
      const intensity = 1 / (kernelPeak * strongest.value);
      on("heat-heat", () => lib.setPaintProperty("heat-heat", "heatmap-intensity", intensity));
    }),
    effect(() => {
      const url = tilesUrl();
      spots.value = [];
      lib.getSource<VectorTileSource>("heat-points")?.setTiles([url]);
    }),
    effect(() => {
      if (news.value > 0 && lib.getSource("heat-points") !== undefined) lib.refreshTiles("heat-points");
    }),
    map.takeClicks((click) => {
      const { h3 } = (mode.peek() === "hexagons" ? click.features(...cellLayers)[0]?.properties : undefined) ?? {};
      setParams({ cell: typeof h3 === "string" ? h3 : null });
      spots.value = mode.peek() === "hexagons" ? [] : spotsAt(map, click.lon, click.lat);
      return true;
    }),
  ];
  return () => {
    for (const end of ends) end();
    lib.off("idle", measure);
    darkness.removeEventListener("change", repaint);
    for (const leave of away.reverse()) leave();
    dropMarks(lib);
    spots.value = [];
  };
}
