import type { LayerSpecification } from "maplibre-gl";
import { effect } from "@preact/signals";
import { area } from "../api/client";
import type { Checkpoint, TrackPiece } from "../api/patrols";
import { refText } from "../api/people";
import { boxOf } from "../map/box";
import { circle } from "../map/circle";
import { cover } from "../map/cover";
import type { GridMap, Overlay } from "../map/gridmap";
import { gridMap } from "../map/handle";
import type { Palette } from "../map/palette";
import { app } from "../state/app";
import { camera, goTo, params } from "../state/store";
import { drawCheckpoint } from "./marks";
import { checkpointOrder } from "./order";
import { draftSpot, formArea } from "./picking";
import { shownPatrol, shownTrack } from "./shown";
import { checkpoints, shownCheckpoints, tab } from "./state";

const prefix = "patrols-mark-";
const nothing: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

/** The ways of a team, in ink: the accent is the area's. Each piece begins with a ring and ends with a dot. */
function ways(p: Palette): LayerSpecification[] {
  const ends = (at: "from" | "to", inside: string): LayerSpecification => ({
    id: `patrols-way-${at}`,
    type: "circle",
    source: "patrols-way",
    filter: ["==", ["get", "end"], at],
    paint: { "circle-radius": 4.5, "circle-color": inside, "circle-stroke-color": p.name, "circle-stroke-width": 2 },
  });
  return [
    { id: "patrols-way-halo", type: "line", source: "patrols-way", layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": p.halo, "line-width": 6, "line-opacity": 0.85 } },
    { id: "patrols-way-line", type: "line", source: "patrols-way", layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": p.name, "line-width": 2.5 } },
    ends("from", p.halo),
    ends("to", p.name),
  ];
}

const ground: Overlay = {
  sources: { "patrols-area": { type: "geojson", data: nothing }, "patrols-way": { type: "geojson", data: nothing }, "patrols-circle": { type: "geojson", data: nothing } },
  layers: (p) => [
    { id: "patrols-area-halo", type: "line", source: "patrols-area", layout: { "line-join": "round" }, paint: { "line-color": p.accent, "line-width": 9, "line-opacity": 0.18 } },
    { id: "patrols-area-line", type: "line", source: "patrols-area", layout: { "line-join": "round" }, paint: { "line-color": p.accent, "line-width": 2.5 } },
    { id: "patrols-circle-fill", type: "fill", source: "patrols-circle", paint: { "fill-color": p.accent, "fill-opacity": 0.16 } },
    { id: "patrols-circle-line", type: "line", source: "patrols-circle", paint: { "line-color": p.accent, "line-width": 1.5, "line-dasharray": [3, 2] } },
    ...ways(p),
  ],
};

const marks: Overlay = {
  below: null,
  images: (p) => Object.fromEntries(checkpointOrder.map((s) => [prefix + s, drawCheckpoint(s, p)])),
  sources: { "patrols-points": { type: "geojson", data: nothing }, "patrols-chosen": { type: "geojson", data: nothing } },
  layers: (p) => [
    { id: "patrols-chosen-ring", type: "circle", source: "patrols-chosen", paint: { "circle-radius": 20, "circle-color": p.accent, "circle-opacity": 0.2, "circle-stroke-color": p.accent, "circle-stroke-width": 3 } },
    {
      id: "patrols-point",
      type: "symbol",
      source: "patrols-points",
      // Far out they would hide each other; the urgent ones stand on top.
      layout: { "icon-image": ["get", "mark"], "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.5, 13, 0.8, 15, 1], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["get", "rank"] },
    },
    {
      id: "patrols-point-name",
      type: "symbol",
      source: "patrols-points",
      minzoom: 14,
      layout: { "text-field": ["get", "name"], "text-size": 12, "text-offset": [0, 1.3], "text-anchor": "top", "text-max-width": 9 },
      paint: { "text-color": p.name, "text-halo-color": p.halo, "text-halo-width": 1.5 },
    },
    { id: "patrols-draft", type: "circle", source: "patrols-chosen", filter: ["==", ["get", "draft"], 1], paint: { "circle-radius": 7, "circle-color": p.accent, "circle-stroke-color": p.halo, "circle-stroke-width": 2.5 } },
  ],
};

function pointOf(c: Checkpoint): GeoJSON.Feature {
  const p = c.properties;
  return { type: "Feature", geometry: c.geometry, properties: { id: c.id, name: p.name, mark: prefix + p.state, rank: checkpointOrder.length - checkpointOrder.indexOf(p.state) } };
}

/** A piece of a way with its ends. */
function wayOf(f: TrackPiece): GeoJSON.Feature[] {
  const all = f.geometry.coordinates;
  const end = (at: "from" | "to", p: [number, number] | undefined): GeoJSON.Feature[] => (p === undefined ? [] : [{ type: "Feature", geometry: { type: "Point", coordinates: p }, properties: { end: at } }]);
  return [{ type: "Feature", geometry: f.geometry, properties: {} }, ...end("from", all[0]), ...end("to", all.at(-1))];
}

function collection(features: GeoJSON.Feature[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features };
}

/** The checkpoint whose page is open. */
function openPoint(): Checkpoint | null {
  const id = params.value.cp;
  return id === undefined ? null : ((checkpoints.value ?? []).find((c) => c.id === id) ?? null);
}

/** Goes to a checkpoint when it is opened. */
function followOpen(map: GridMap): () => void {
  let went = "";
  return effect(() => {
    const c = openPoint();
    if (c === null) {
      went = "";
      return;
    }
    if (went === c.id) return;
    went = c.id;
    const [lon, lat] = c.geometry.coordinates;
    requestAnimationFrame(() => map.goTo(lon, lat, 16, cover()));
  });
}

/** Shows the area of the patrol, or of the form, that is open. */
function followArea(map: GridMap): () => void {
  let shown = "";
  return effect(() => {
    const at = tab.value === "patrols" ? (formArea.value ?? shownPatrol.value?.area ?? null) : null;
    const key = at === null ? "" : refText(at);
    if (key === shown) return;
    shown = key;
    if (at === null) {
      map.setData("patrols-area", nothing);
      return;
    }
    area({ kind: at.kind, code: at.code }).then(
      (f) => {
        if (shown !== key || gridMap.peek() !== map) return;
        map.setData("patrols-area", collection([{ type: "Feature", properties: {}, geometry: f.geometry }]));
        map.showBox(boxOf(f.geometry.coordinates), cover());
      },
      () => undefined, // the words are there
    );
  });
}

function drawOn(map: GridMap): () => void {
  const ends = [
    map.draw(ground),
    map.draw(marks),
    effect(() => {
      const only = shownPatrol.value;
      const own = new Set((only?.checkpoints ?? []).map((c) => c.id));
      // With a patrol open only what it is to visit.
      const list = only === null || tab.value === "checkpoints" ? shownCheckpoints.value : (checkpoints.value ?? []).filter((c) => own.has(c.id));
      map.setData("patrols-points", collection(list.map(pointOf)));
    }),
    effect(() => {
      const draft = draftSpot.value;
      const c = openPoint();
      const at = draft ?? (c === null ? null : { lon: c.geometry.coordinates[0], lat: c.geometry.coordinates[1], radiusM: c.properties.radius_m });
      const point = (): GeoJSON.Feature[] => (at === null ? [] : [{ type: "Feature", geometry: { type: "Point", coordinates: [at.lon, at.lat] }, properties: { draft: draft === null ? 0 : 1 } }]);
      map.setData("patrols-chosen", collection(point()));
      map.setData("patrols-circle", at === null ? nothing : collection([{ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [circle(at.lon, at.lat, at.radiusM)] } }]));
    }),
    effect(() => {
      const pieces = shownTrack.value;
      map.setData("patrols-way", pieces === null ? nothing : collection(pieces.flatMap(wayOf)));
      const all = (pieces ?? []).flatMap((f) => f.geometry.coordinates);
      if (all.length > 1) map.showBox(boxOf([[all]]), cover());
    }),
    followOpen(map),
    followArea(map),
    // Under those of the forms, which ask first.
    map.takeClicks((click) => {
      const id = click.features("patrols-point")[0]?.properties.id;
      if (typeof id === "string") goTo({ params: { tab: "checkpoints", cp: id } });
      return true;
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** Draws on whatever map there is, until the function that is given is called. */
export function drawPatrols(): () => void {
  let away = (): void => undefined;
  let fit = camera.peek() === null && [undefined, "new"].includes(params.peek().id) && [undefined, "new"].includes(params.peek().cp);
  const stop = effect(() => {
    const map = gridMap.value;
    away();
    away = map === null ? () => undefined : drawOn(map);
    const bounds = app.value?.bounds ?? null;
    if (map === null || bounds === null || !fit) return;
    fit = false;
    requestAnimationFrame(() => gridMap.peek() === map && map.showBox(bounds, cover()));
  });
  return () => {
    stop();
    away();
  };
}
