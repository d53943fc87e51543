import { effect } from "@preact/signals";
import { area } from "../api/client";
import type { LivePatrol } from "../api/patrols";
import { refText } from "../api/people";
import type { Report } from "../api/reports";
import { lookOf } from "../case/due";
import { drawMark, markNames, markOf } from "../field/marks";
import { isNew } from "../field/order";
import { boxOf } from "../map/box";
import { circle } from "../map/circle";
import { cover } from "../map/cover";
import type { GridMap, Overlay } from "../map/gridmap";
import { gridMap } from "../map/handle";
import { memberName } from "../patrols/words";
import { app } from "../state/app";
import { camera, goTo, params } from "../state/store";
import { ageOf, initial, shownAt } from "./age";
import { chosen, chosenId, clock, live, nearest, reportId, reports, underWay, waiting } from "./state";

const nothing: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const prefix = "watch-mark-";

/** Better than so many metres a position needs no circle around it. */
const exactM = 15;

const ground: Overlay = {
  sources: { "watch-areas": { type: "geojson", data: nothing }, "watch-accuracy": { type: "geojson", data: nothing }, "watch-lines": { type: "geojson", data: nothing } },
  layers: (p) => [
    { id: "watch-area-alarm", type: "line", source: "watch-areas", filter: ["==", ["get", "why"], "absent"], paint: { "line-color": p.markOverdue, "line-width": 3.5 } },
    { id: "watch-area-late", type: "line", source: "watch-areas", filter: ["==", ["get", "why"], "late"], paint: { "line-color": p.markOverdue, "line-width": 2, "line-dasharray": [3, 2] } },
    { id: "watch-area-chosen", type: "line", source: "watch-areas", filter: ["==", ["get", "why"], "chosen"], paint: { "line-color": p.accent, "line-width": 2.5 } },
    { id: "watch-accuracy-fill", type: "fill", source: "watch-accuracy", paint: { "fill-color": p.accent, "fill-opacity": ["*", 0.18, ["get", "shown"]] } },
    { id: "watch-accuracy-line", type: "line", source: "watch-accuracy", paint: { "line-color": p.accent, "line-width": 1, "line-opacity": ["*", 0.7, ["get", "shown"]] } },
    { id: "watch-lines", type: "line", source: "watch-lines", layout: { "line-cap": "round" }, paint: { "line-color": p.accent, "line-width": 2, "line-dasharray": [2, 2] } },
  ],
};

const marks: Overlay = {
  below: null,
  images: (p) => Object.fromEntries(markNames.map((name) => [prefix + name, drawMark(name, p)])),
  sources: { "watch-reports": { type: "geojson", data: nothing }, "watch-members": { type: "geojson", data: nothing } },
  layers: (p) => [
    { id: "watch-report-ring", type: "circle", source: "watch-reports", filter: ["==", ["get", "chosen"], 1], paint: { "circle-radius": 18, "circle-color": p.accent, "circle-opacity": 0.2, "circle-stroke-color": p.accent, "circle-stroke-width": 3 } },
    { id: "watch-report", type: "symbol", source: "watch-reports", layout: { "icon-image": ["get", "mark"], "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.4, 14, 0.75], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["get", "chosen"] } },
    {
      id: "watch-member",
      type: "circle",
      source: "watch-members",
      layout: { "circle-sort-key": ["get", "rank"] },
      paint: {
        "circle-radius": ["case", ["==", ["get", "chosen"], 1], 15, 12],
        "circle-color": ["match", ["get", "look"], "absent", p.markOverdue, "paused", p.nameSoft, p.accent],
        "circle-opacity": ["get", "shown"],
        "circle-stroke-color": p.halo,
        "circle-stroke-width": 2.5,
        "circle-stroke-opacity": ["get", "shown"],
      },
    },
    {
      id: "watch-member-initial",
      type: "symbol",
      source: "watch-members",
      layout: { "text-field": ["get", "initial"], "text-size": 13, "text-allow-overlap": true, "text-ignore-placement": true },
      // What has faded is no ground for light letters.
      paint: { "text-color": ["case", ["<", ["get", "shown"], 0.6], p.name, p.halo] },
    },
    {
      id: "watch-member-name",
      type: "symbol",
      source: "watch-members",
      minzoom: 12,
      layout: { "text-field": ["get", "name"], "text-size": 12, "text-offset": [0, 1.3], "text-anchor": "top", "text-optional": true, "symbol-sort-key": ["-", 0, ["get", "rank"]] },
      paint: { "text-color": p.name, "text-halo-color": p.halo, "text-halo-width": 1.5 },
    },
  ],
};

function collection(features: GeoJSON.Feature[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features };
}

function membersOf(p: LivePatrol, at: number, chosenPatrol: string | null): GeoJSON.Feature[] {
  const look = p.absent_since != null ? "absent" : p.paused ? "paused" : "there";
  return p.members.map((m) => {
    const age = ageOf(at - Date.parse(m.t));
    return {
      type: "Feature",
      geometry: { type: "Point", coordinates: [m.lon, m.lat] },
      properties: { patrol: p.id, look, chosen: p.id === chosenPatrol ? 1 : 0, rank: p.id === chosenPatrol ? 2 : look === "absent" ? 1 : 0, shown: shownAt[age], initial: initial(m), name: memberName(m) },
    };
  });
}

function circlesOf(p: LivePatrol, at: number): GeoJSON.Feature[] {
  return p.members
    .filter((m) => (m.accuracy_m ?? 0) > exactM)
    .map((m) => ({ type: "Feature", properties: { shown: shownAt[ageOf(at - Date.parse(m.t))] }, geometry: { type: "Polygon", coordinates: [circle(m.lon, m.lat, m.accuracy_m ?? 0)] } }));
}

function reportOf(r: Report, at: number): GeoJSON.Feature {
  return { type: "Feature", geometry: r.geometry, properties: { id: r.id, mark: prefix + markOf(lookOf(r, at), isNew(r.properties.status)), chosen: r.id === reportId.value ? 1 : 0 } };
}

/** More areas than this are not outlined. */
const mostAreas = 40;

/** Outlines the areas that something is to be said of: the chosen patrol's, those where nobody is seen, those that should have been begun. */
function followAreas(map: GridMap): () => void {
  let round = 0;
  let shown = "";
  return effect(() => {
    const wanted = [
      ...underWay.value.filter((p) => p.absent_since != null).map((p) => ({ of: p.area, why: "absent" })),
      ...waiting.value.filter((g) => g.state === "start_overdue").flatMap((g) => g.patrols.map((p) => ({ of: p.area, why: "late" }))),
      ...(chosen.value === null ? [] : [{ of: chosen.value.area, why: "chosen" }]),
    ].slice(-mostAreas);
    const key = wanted.map((w) => `${w.why} ${refText(w.of)}`).join();
    if (key === shown) return;
    shown = key;
    const mine = ++round;
    void Promise.all(wanted.map(async ({ of, why }): Promise<GeoJSON.Feature | null> => {
      const f = await area({ kind: of.kind, code: of.code }).catch(() => null);
      return f === null ? null : { type: "Feature", properties: { why }, geometry: f.geometry };
    })).then((features) => {
      if (mine === round && gridMap.peek() === map) map.setData("watch-areas", collection(features.filter((f) => f !== null)));
    });
  });
}

/** Shows everybody who is on patrol. */
export function showAll(): void {
  const points = underWay.peek().flatMap((p) => p.members.map((m) => [m.lon, m.lat]));
  const map = gridMap.peek();
  const bounds = app.peek()?.bounds ?? null;
  if (points.length > 1) map?.showBox(boxOf([[points]]), cover());
  else if (bounds !== null) map?.showBox(bounds, cover());
}

/** Goes to the patrol that is chosen, once: then whoever looks moves the map. */
function followChosen(map: GridMap): () => void {
  let went: string | null = null;
  return effect(() => {
    const p = chosen.value;
    if (chosenId.value === null) went = null;
    const [m] = p?.members ?? [];
    if (p === null || m === undefined || went === p.id) return;
    went = p.id;
    requestAnimationFrame(() => map.goTo(m.lon, m.lat, 15, cover()));
  });
}

/** Shows the report that is chosen, and who is nearest to it. */
function followReport(map: GridMap): () => void {
  let went = "";
  return effect(() => {
    const id = reportId.value;
    const r = id === null ? undefined : reports.value.find((x) => x.id === id);
    const near = nearest.value;
    if (r === undefined) {
      went = "";
      map.setData("watch-lines", nothing);
      return;
    }
    map.setData("watch-lines", collection((near ?? []).slice(0, 3).map((o) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [r.geometry.coordinates, [o.lon, o.lat]] } }))));
    const key = `${r.id} ${near === null ? "" : "near"}`;
    if (went === key) return;
    went = key;
    const points = [r.geometry.coordinates, ...(near ?? []).slice(0, 3).map((o) => [o.lon, o.lat])];
    requestAnimationFrame(() => {
      if (points.length > 1) map.showBox(boxOf([[points]]), cover());
      else map.goTo(r.geometry.coordinates[0], r.geometry.coordinates[1], 15, cover());
    });
  });
}

function drawOn(map: GridMap): () => void {
  const ends = [
    map.draw(ground),
    map.draw(marks),
    effect(() => {
      const at = clock.value;
      const patrols = live.value?.patrols ?? [];
      map.setData("watch-members", collection(patrols.flatMap((p) => membersOf(p, at, chosenId.value))));
      map.setData("watch-accuracy", collection(patrols.flatMap((p) => circlesOf(p, at))));
    }),
    effect(() => {
      const at = Date.now();
      map.setData("watch-reports", collection(reports.value.map((r) => reportOf(r, at))));
    }),
    followAreas(map),
    followChosen(map),
    followReport(map),
    map.takeClicks((click) => {
      const [hit] = click.features("watch-member", "watch-report");
      if (hit?.layer === "watch-member") goTo({ params: { patrol: String(hit.properties.patrol) } });
      else if (hit !== undefined) goTo({ params: { report: String(hit.properties.id) } });
      return true;
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** Draws on whatever map there is, until the function that is given is called. */
export function drawWatch(): () => void {
  let away = (): void => undefined;
  let fit = camera.peek() === null && params.peek().patrol === undefined && params.peek().report === undefined;
  const drawing = effect(() => {
    const map = gridMap.value;
    away();
    away = map === null ? () => undefined : drawOn(map);
  });
  const fitting = effect(() => {
    if (!fit || gridMap.value === null || live.value === null || app.value === null) return;
    fit = false;
    requestAnimationFrame(showAll);
  });
  return () => {
    drawing();
    fitting();
    away();
  };
}
