import { effect } from "@preact/signals";
import type { FilterSpecification } from "maplibre-gl";
import { area } from "../api/client";
import type { Patrol } from "../api/patrols";
import type { AreaFeature, Ref } from "../api/types";
import { lookOf } from "../case/due";
import { drawMark, markNames, markOf } from "../field/marks";
import { maskOf } from "../field/mask";
import { isNew } from "../field/order";
import { boxOf } from "../map/box";
import { circle } from "../map/circle";
import type { Cover } from "../map/cover";
import type { GridMap, Overlay } from "../map/gridmap";
import { ownAreas } from "./choose";
import { drawNumber, drawPin, standings } from "./marks";
import { order, shownPlace, walkLength, wayThrough } from "./morning";
import { reportsOf } from "./near";
import { now } from "./now";
import { lastFix } from "./recorder";
import { active, open, walks } from "./state";
import { shownStop, stopsOf } from "./stops";
import { pieces } from "./way";

const nothing: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const collection = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features });
const source = { type: "geojson", data: nothing } as const;

const ground: Overlay = {
  sources: { "patrol-mask": source, "patrol-area": source, "patrol-way": source },
  layers: (p, dark) => [
    { id: "patrol-mask", type: "fill", source: "patrol-mask", paint: { "fill-color": p.ground, "fill-opacity": dark ? 0.6 : 0.55, "fill-antialias": false } },
    { id: "patrol-area-halo", type: "line", source: "patrol-area", layout: { "line-join": "round" }, paint: { "line-color": p.district, "line-width": 8, "line-opacity": 0.12 } },
    { id: "patrol-area-line", type: "line", source: "patrol-area", layout: { "line-join": "round" }, paint: { "line-color": p.district, "line-width": 2.25 } },
    { id: "patrol-way-halo", type: "line", source: "patrol-way", layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": p.halo, "line-width": 8 } },
    { id: "patrol-way-line", type: "line", source: "patrol-way", layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": p.accent, "line-width": 4.5 } },
  ],
};

const placed = { "icon-allow-overlap": true, "icon-ignore-placement": true } as const;
const chosen: FilterSpecification = ["==", ["get", "chosen"], 1];

const marks: Overlay = {
  below: null,
  images: (p) =>
    Object.fromEntries([
      ...standings.map((s) => [`patrol-pin-${s}`, drawPin(s, p)] as const),
      ...markNames.map((m) => [`patrol-mark-${m}`, drawMark(m, p)] as const),
      ...Array.from({ length: walkLength }, (_, i) => [`patrol-number-${i + 1}`, drawNumber(i + 1, p)] as const),
    ]),
  sources: { "patrol-radius": source, "patrol-stops": source, "patrol-reports": source, "patrol-own": source, "patrol-sheet": source },
  layers: (p) => [
    { id: "patrol-radius", type: "fill", source: "patrol-radius", paint: { "fill-color": ["match", ["get", "standing"], "visited", p.markDone, "overdue", p.markOverdue, p.grid], "fill-opacity": 0.16 } },
    { id: "patrol-radius-line", type: "line", source: "patrol-radius", paint: { "line-color": ["match", ["get", "standing"], "visited", p.markDone, "overdue", p.markOverdue, p.grid], "line-width": 1.25 } },
    { id: "patrol-sheet-way", type: "line", source: "patrol-sheet", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": p.accent, "line-width": 2.5, "line-dasharray": [2, 2] } },
    { id: "patrol-report", type: "symbol", source: "patrol-reports", layout: { "icon-image": ["get", "mark"], "icon-size": 0.85, ...placed } },
    { id: "patrol-stop-ring", type: "circle", source: "patrol-stops", filter: chosen, paint: { "circle-radius": 17, "circle-translate": [0, -22], "circle-color": p.accent, "circle-opacity": 0.25, "circle-stroke-color": p.accent, "circle-stroke-width": 2.5 } },
    {
      id: "patrol-stop",
      type: "symbol",
      source: "patrol-stops",
      layout: {
        "icon-image": ["get", "mark"],
        "icon-anchor": "bottom",
        ...placed,
        "symbol-sort-key": ["get", "rank"],
        "text-field": ["step", ["zoom"], "", 14, ["get", "name"]],
        "text-size": 12,
        "text-anchor": "top",
        "text-offset": [0, 0.25],
        "text-max-width": 8,
        "text-optional": true,
      },
      paint: { "text-color": p.name, "text-halo-color": p.halo, "text-halo-width": 1.5 },
    },
    { id: "patrol-sheet-ring", type: "circle", source: "patrol-sheet", filter: chosen, paint: { "circle-radius": 17, "circle-color": p.accent, "circle-opacity": 0.25, "circle-stroke-color": p.accent, "circle-stroke-width": 2.5 } },
    { id: "patrol-sheet-place", type: "symbol", source: "patrol-sheet", filter: ["==", ["geometry-type"], "Point"], layout: { "icon-image": ["get", "mark"], "symbol-sort-key": ["get", "rank"], ...placed } },
    { id: "patrol-own-within", type: "fill", source: "patrol-own", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": p.accent, "fill-opacity": 0.14 } },
    { id: "patrol-own-dot", type: "circle", source: "patrol-own", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 8, "circle-color": p.accent, "circle-stroke-color": p.halo, "circle-stroke-width": 3 } },
  ],
};

/** What of the map the cards leave free. */
export function patrolCover(): Cover {
  const top = document.querySelector(".top")?.getBoundingClientRect().bottom ?? 0;
  const card = document.querySelector(".panel")?.getBoundingClientRect();
  if (card === undefined || card.width === 0) return { top, right: 0, bottom: 0, left: 0 };
  if (card.width < innerWidth * 0.6) return { top, right: 0, bottom: 0, left: card.right };
  // A full sheet leaves nothing: what matters is in the middle, for when it is drawn down.
  return { top, right: 0, bottom: Math.min(innerHeight - card.top, innerHeight * 0.5), left: 0 };
}

function drawStops(p: Patrol): { stops: GeoJSON.Feature[]; rings: GeoJSON.Feature[] } {
  const all = stopsOf(p);
  const point = shownStop.value;
  return {
    stops: all.map((s): GeoJSON.Feature => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [s.at.lon, s.at.lat] },
      properties: { id: s.at.id, name: s.at.name, mark: `patrol-pin-${s.standing}`, rank: s.standing === "overdue" ? 2 : s.standing === "due" ? 1 : 0, chosen: s.at.id === point ? 1 : 0 },
    })),
    rings: all.map((s): GeoJSON.Feature => ({ type: "Feature", geometry: { type: "Polygon", coordinates: [circle(s.at.lon, s.at.lat, s.at.radius_m)] }, properties: { standing: s.standing } })),
  };
}

function drawWay(p: Patrol): GeoJSON.Feature[] {
  const walk = walks.value.get(p.id);
  if (walk === undefined) return [];
  return pieces([...walk.line, ...walk.pending])
    .filter((piece) => piece.length > 1)
    .map((piece): GeoJSON.Feature => ({ type: "Feature", geometry: { type: "LineString", coordinates: piece.map((f) => [f.lon, f.lat]) }, properties: {} }));
}

/** Draws the open patrol, or the one under way, until the function that is given is called. */
export function drawPatrol(map: GridMap, onReport: (id: string) => void): () => void {
  const shown = () => open.value ?? active.value;
  let outlined = "";
  const ends = [
    map.draw(ground),
    map.draw(marks),
    effect(() => {
      const p = shown();
      const of = p === null ? ownAreas.value : [p.area];
      const key = of.map((r) => `${r.kind}:${r.code}`).join();
      if (key === outlined) return;
      outlined = key;
      void areasOf(of).then((all) => {
        if (outlined !== key) return;
        outline(map, all);
        // The next look at it asks again.
        if (all.length < of.length) outlined = "";
      });
    }),
    effect(() => {
      const p = shown();
      map.setData("patrol-way", p === null ? nothing : collection(drawWay(p)));
    }),
    effect(() => {
      const p = shown();
      const { stops, rings } = p === null ? { stops: [], rings: [] } : drawStops(p);
      map.setData("patrol-stops", collection(stops));
      map.setData("patrol-radius", collection(rings));
    }),
    effect(() => {
      const p = shown();
      const at = now.value;
      const features = p === null || p.state === "done" ? [] : reportsOf(p).map((r): GeoJSON.Feature => ({ type: "Feature", geometry: r.geometry, properties: { id: r.id, mark: `patrol-mark-${markOf(lookOf(r, at), isNew(r.properties.status))}` } }));
      map.setData("patrol-reports", collection(features));
    }),
    effect(() => {
      const f = lastFix.value;
      const features: GeoJSON.Feature[] = f === null ? [] : [
        { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [circle(f.lon, f.lat, f.accuracy_m ?? 0)] } },
        { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [f.lon, f.lat] } },
      ];
      map.setData("patrol-own", collection(features));
    }),
    map.takeClicks((click) => {
      const [hit] = click.features("patrol-stop", "patrol-report");
      if (hit?.layer === "patrol-stop") shownStop.value = String(hit.properties["id"]);
      else if (hit !== undefined) onReport(String(hit.properties["id"]));
      return true;
    }),
    stayInView(map),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** So long after somebody moved the map it stays where they put it, in milliseconds. */
const leaveMs = 20_000;

/** Keeps the own position in what is seen of the map while a patrol is walked. */
function stayInView(map: GridMap): () => void {
  let moved = 0;
  const byHand = (e: object) => {
    if ("originalEvent" in e && e.originalEvent !== undefined) moved = Date.now();
  };
  map.map.on("movestart", byHand);
  const end = effect(() => {
    const f = lastFix.value;
    if (f !== null && Date.now() - moved > leaveMs) map.uncover(f.lon, f.lat, patrolCover());
  });
  return () => {
    end();
    map.map.off("movestart", byHand);
  };
}

/** Draws the places of a morning sheet and the way through them, until the function that is given is called. */
export function drawSheet(map: GridMap, of: Ref): () => void {
  const ends = [
    map.draw(ground),
    map.draw(marks),
    effect(() => {
      const { walk } = order.value;
      const at = shownPlace.value;
      const places = walk.map((i, n): GeoJSON.Feature => ({ type: "Feature", geometry: { type: "Point", coordinates: [i.lon, i.lat] }, properties: { n, mark: `patrol-number-${n + 1}`, rank: -n, chosen: n === at ? 1 : 0 } }));
      const way = wayThrough.value.map((i) => [i.lon, i.lat]);
      const line: GeoJSON.Feature[] = way.length < 2 ? [] : [{ type: "Feature", geometry: { type: "LineString", coordinates: way }, properties: {} }];
      map.setData("patrol-sheet", collection([...line, ...places]));
    }),
    map.takeClicks((click) => {
      const [hit] = click.features("patrol-sheet-place");
      if (hit !== undefined) shownPlace.value = Number(hit.properties["n"]);
      return true;
    }),
  ];
  let gone = false;
  void areasOf([of]).then((all) => { if (!gone) outline(map, all); });
  return () => {
    gone = true;
    for (const end of ends) end();
  };
}

/** Asks for areas; what cannot be had is left out. */
async function areasOf(refs: readonly Ref[]): Promise<AreaFeature[]> {
  const found = await Promise.all(refs.map((r) => area(r).catch(() => null)));
  return found.filter((f) => f !== null);
}

function outline(map: GridMap, all: readonly AreaFeature[]): void {
  map.setData("patrol-area", collection(all.map((f): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry: f.geometry }))));
  map.setData("patrol-mask", collection(all.length === 0 ? [] : maskOf(all.map((f) => f.geometry.coordinates))));
}

/** Shows areas beside the cards. */
export async function showAreas(map: GridMap, of: readonly Ref[], isGone: () => boolean): Promise<void> {
  const all = await areasOf(of);
  if (all.length === 0) return;
  // Not before the card is there that it makes room for.
  requestAnimationFrame(() => {
    if (!isGone()) map.showBox(boxOf(all.flatMap((f) => f.geometry.coordinates)), patrolCover());
  });
}
