import { effect, signal } from "@preact/signals";
import type { LayerSpecification, VectorTileSource } from "maplibre-gl";
import { area as areaOf } from "../api/client";
import type { AreaFeature, Kind } from "../api/types";
import { boxOf } from "../map/box";
import { cover } from "../map/cover";
import type { GridMap } from "../map/gridmap";
import { gridMap } from "../map/handle";
import { selection } from "../state/store";
import { shapesWithin } from "./client";
import { dayClass, dayClasses } from "./days";
import { answer, area, drawn, partKind, tileQuery } from "./state";

/** From lately to long ago: darker on a light ground, brighter on a dark one. The legend's are in screen.css. */
const ramps = {
  light: ["#fff3b8", "#fdc35e", "#f3893f", "#cf4a34", "#85143a"],
  dark: ["#4d3a12", "#86591a", "#c07f24", "#eda94b", "#ffe39a"],
};

/** The shapes of the parts shown, by kind and code. */
const shapes = signal<readonly AreaFeature[]>([]);
/** Goes up when the tiles may say something else. */
export const news = signal(0);

const url = (): string => `${location.origin}/tiles/coverage/{z}/{x}/{y}.mvt?${tileQuery.value}`;

/** Stripes that go on where the picture is repeated. */
function stripes(colour: string): ImageData {
  const side = 14;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const draw = canvas.getContext("2d");
  if (draw === null) return new ImageData(side, side);
  draw.strokeStyle = colour;
  draw.lineWidth = 2.5;
  for (const x of [-1, 0, 1]) {
    draw.moveTo((x - 0.5) * side, 1.5 * side);
    draw.lineTo((x + 1.5) * side, -0.5 * side);
  }
  draw.stroke();
  return draw.getImageData(0, 0, side, side);
}

/** Reads the shapes of the parts of the area in question, as it changes. */
function followShapes(): () => void {
  let stop = new AbortController();
  let of = "";
  const end = effect(() => {
    const found = answer.value?.found;
    const kind: Kind | null = drawn.value === "parts" ? partKind.value : null;
    const key = found === undefined || kind === null ? "" : `${found.area.kind}:${found.area.code} ${kind}`;
    if (key === of) return;
    of = key;
    stop.abort();
    stop = new AbortController();
    shapes.value = [];
    if (found === undefined || kind === null) return;
    const own = stop.signal;
    void areaOf(found.area)
      .then((f) => shapesWithin(kind, boxOf(f.geometry.coordinates), own))
      .then((l) => !own.aborted && (shapes.value = l), () => (of = ""));
  });
  return () => {
    end();
    stop.abort();
    shapes.value = [];
  };
}

function drawOn(map: GridMap): () => void {
  const lib = map.map;
  const colours = (dark: boolean) => (dark ? ramps.dark : ramps.light);
  const away = map.draw({
    below: "line-village_group",
    sources: {
      "coverage-cells": { type: "vector", tiles: [url()], minzoom: 6, maxzoom: 14 },
      "coverage-parts": { type: "geojson", data: { type: "FeatureCollection", features: [] } },
    },
    images: (p) => ({ "coverage-none": stripes(p.halo === "#ffffff" ? "#8a8f98" : "#7d858f") }),
    layers: (p, dark): LayerSpecification[] => [
      ...dayClasses.map(
        (c, i): LayerSpecification => ({
          id: `coverage-cells-${i}`,
          type: "fill",
          source: "coverage-cells",
          "source-layer": "coverage",
          filter: ["all", [">=", ["get", "days_since"], c.from], ["<=", ["get", "days_since"], c.to ?? 1e6]],
          layout: { visibility: drawn.peek() === "cells" ? "visible" : "none" },
          paint: { "fill-color": colours(dark)[i] ?? "", "fill-opacity": 0.85, "fill-antialias": false },
        }),
      ),
      { id: "coverage-parts-none", type: "fill", source: "coverage-parts", filter: ["==", ["get", "shade"], -1], paint: { "fill-pattern": "coverage-none", "fill-opacity": 0.9 } },
      ...dayClasses.map(
        (_, i): LayerSpecification => ({ id: `coverage-parts-${i}`, type: "fill", source: "coverage-parts", filter: ["==", ["get", "shade"], i], paint: { "fill-color": colours(dark)[i] ?? "", "fill-opacity": 0.85 } }),
      ),
      { id: "coverage-parts-line", type: "line", source: "coverage-parts", paint: { "line-color": p.halo, "line-width": 0.7 } },
    ],
  });
  const layers = dayClasses.map((_, i) => `coverage-parts-${i}`).concat("coverage-parts-none");
  let shown = "";
  const ends = [
    followShapes(),
    effect(() => {
      const next = url();
      lib.getSource<VectorTileSource>("coverage-cells")?.setTiles([next]);
    }),
    effect(() => {
      if (news.value > 0 && lib.getSource("coverage-cells") !== undefined) lib.refreshTiles("coverage-cells");
    }),
    effect(() => {
      const cells = drawn.value === "cells";
      dayClasses.forEach((_, i) => map.setVisible(`coverage-cells-${i}`, cells));
    }),
    effect(() => {
      const parts = new Map((answer.value?.found.parts ?? []).map((p) => [`${p.kind}:${p.code}`, p]));
      map.setData("coverage-parts", {
        type: "FeatureCollection",
        features: shapes.value.flatMap((f) => {
          const p = parts.get(`${f.properties.kind}:${f.properties.code}`);
          if (p === undefined) return [];
          const shade = p.visits === 0 || p.days_since === null ? -1 : dayClass(p.days_since);
          return [{ type: "Feature", geometry: f.geometry, properties: { kind: p.kind, code: p.code, shade } }];
        }),
      });
    }),
    effect(() => {
      const r = area.value;
      const key = r === null ? "" : `${r.kind}:${r.code}`;
      if (r === null || key === shown) return;
      shown = key;
      map.light(r);
      void areaOf(r).then((f) => requestAnimationFrame(() => shown === key && gridMap.peek() === map && map.showBox(boxOf(f.geometry.coordinates), cover())), () => undefined);
    }),
    map.takeClicks((click) => {
      const { kind, code } = click.features(...layers)[0]?.properties ?? {};
      if (typeof kind !== "string" || typeof code !== "string") return false;
      selection.value = { type: "area", ref: { kind: kind as Kind, code } };
      return true;
    }),
  ];
  return () => {
    for (const end of ends) end();
    away();
  };
}

/** Draws coverage on whatever map there is, until the function that is given is called. */
export function drawCoverage(): () => void {
  let end: (() => void) | null = null;
  const stop = effect(() => {
    const map = gridMap.value;
    end?.();
    end = map === null ? null : drawOn(map);
  });
  return () => {
    stop();
    end?.();
  };
}
