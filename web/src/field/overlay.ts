import type { ExpressionSpecification } from "maplibre-gl";
import { effect } from "@preact/signals";
import { area } from "../api/client";
import type { Report } from "../api/reports";
import type { AreaFeature } from "../api/types";
import { lookOf } from "../case/due";
import { boxOf } from "../map/box";
import type { Cover } from "../map/cover";
import type { GridMap, Overlay } from "../map/gridmap";
import { now } from "../state/clock";
import { drawMark, markNames, markOf } from "./marks";
import { maskOf } from "./mask";
import { isNew } from "./order";
import { openId, reports, shown } from "./state";

/** The least time between two drawings of all reports, in milliseconds. */
const pauseMs = 150;

const prefix = "field-mark-";
const nothing: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const clustered: ExpressionSpecification = ["has", "point_count"];
const late: ExpressionSpecification = [">", ["get", "overdue"], 0];
/** At least half of a cluster is overdue. */
const mostlyLate: ExpressionSpecification = [">=", ["*", 2, ["get", "overdue"]], ["get", "point_count"]];

const ground: Overlay = {
  sources: { "field-mask": { type: "geojson", data: nothing }, "field-own": { type: "geojson", data: nothing } },
  layers: (p, dark) => [
    { id: "field-mask", type: "fill", source: "field-mask", paint: { "fill-color": p.ground, "fill-opacity": dark ? 0.72 : 0.68, "fill-antialias": false } },
    { id: "field-own-halo", type: "line", source: "field-own", layout: { "line-join": "round" }, paint: { "line-color": p.accent, "line-width": 8, "line-opacity": 0.16 } },
    { id: "field-own-line", type: "line", source: "field-own", layout: { "line-join": "round" }, paint: { "line-color": p.accent, "line-width": 2.5 } },
  ],
};

const marks: Overlay = {
  below: null,
  images: (p) => Object.fromEntries(markNames.map((name) => [prefix + name, drawMark(name, p)])),
  sources: {
    "field-reports": { type: "geojson", data: nothing, cluster: true, clusterRadius: 44, clusterMaxZoom: 13, clusterProperties: { overdue: ["+", ["get", "overdue"]] } },
    "field-chosen": { type: "geojson", data: nothing },
  },
  layers: (p) => [
    {
      id: "field-cluster",
      type: "circle",
      source: "field-reports",
      filter: clustered,
      paint: {
        "circle-color": ["case", mostlyLate, p.markOverdue, p.markOpen],
        "circle-radius": ["step", ["get", "point_count"], 15, 10, 18, 100, 23, 1000, 28],
        // A red rim where some of them are.
        "circle-stroke-color": ["case", mostlyLate, p.halo, late, p.markOverdue, p.halo],
        "circle-stroke-width": 2.5,
      },
    },
    {
      id: "field-cluster-count",
      type: "symbol",
      source: "field-reports",
      filter: clustered,
      layout: { "text-field": ["get", "point_count_abbreviated"], "text-size": 13, "text-allow-overlap": true, "text-ignore-placement": true },
      paint: { "text-color": ["case", mostlyLate, p.onMarkOverdue, p.onMarkOpen] },
    },
    {
      id: "field-mark",
      type: "symbol",
      source: "field-reports",
      filter: ["!", clustered],
      layout: { "icon-image": ["get", "mark"], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["get", "overdue"] },
    },
    { id: "field-chosen-ring", type: "circle", source: "field-chosen", paint: { "circle-radius": 22, "circle-color": p.accent, "circle-opacity": 0.2, "circle-stroke-color": p.accent, "circle-stroke-width": 3 } },
    { id: "field-chosen-mark", type: "symbol", source: "field-chosen", layout: { "icon-image": ["get", "mark"], "icon-size": 1.2, "icon-allow-overlap": true, "icon-ignore-placement": true } },
  ],
};

function point(r: Report, at: number): GeoJSON.Feature {
  const look = lookOf(r, at);
  return { type: "Feature", geometry: r.geometry, properties: { id: r.id, mark: prefix + markOf(look, isNew(r.properties.status)), overdue: look === "overdue" ? 1 : 0 } };
}

/** What of the map the field's cards leave free. */
function fieldCover(): Cover {
  const top = document.querySelector(".top")?.getBoundingClientRect().bottom ?? 0;
  let { left, bottom } = { left: 0, bottom: 0 };
  for (const card of document.querySelectorAll(".panel")) {
    const box = card.getBoundingClientRect();
    if (box.width === 0) continue;
    if (box.width < innerWidth * 0.6) left = Math.max(left, box.right);
    // A full sheet leaves nothing: what matters is in the middle, for when it is drawn down.
    else bottom = Math.max(bottom, Math.min(innerHeight - box.top, innerHeight * 0.46));
  }
  return { top, right: 0, bottom, left };
}

/** Asks for the areas of somebody's scope, `kind:code`. */
export async function ownAreas(scope: readonly string[]): Promise<AreaFeature[]> {
  const found = await Promise.all(
    scope.map((text) => {
      const [kind, code] = text.split(":") as [AreaFeature["properties"]["kind"], string];
      return area({ kind, code }).catch(() => null);
    }),
  );
  return found.filter((f) => f !== null);
}

/** Draws own areas, reports and the open one on the map, until the function that is given is called. `own` is null for the whole district. */
export function drawField(map: GridMap, own: readonly AreaFeature[] | null, onOpen: (id: string) => void): () => void {
  const ends = [map.draw(ground), map.draw(marks)];
  if (own !== null && own.length > 0) {
    const outlines = own.map((f): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry: f.geometry }));
    map.setData("field-own", { type: "FeatureCollection", features: outlines });
    map.setData("field-mask", { type: "FeatureCollection", features: maskOf(own.map((f) => f.geometry.coordinates)) });
  }
  // News come in bursts, and thousands of points take their time: not more often than that.
  let drawn = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const drawReports = () => {
    waiting = undefined;
    drawn = performance.now();
    const at = now.peek();
    map.setData("field-reports", { type: "FeatureCollection", features: shown.peek().map((r) => point(r, at)) });
  };
  ends.push(
    effect(() => {
      void now.value;
      void shown.value;
      waiting ??= setTimeout(drawReports, Math.max(0, drawn + pauseMs - performance.now()));
    }),
    () => clearTimeout(waiting),
    effect(() => {
      const r = openId.value === null ? undefined : reports.value.get(openId.value);
      map.setData("field-chosen", r === undefined ? nothing : { type: "FeatureCollection", features: [point(r, now.value)] });
    }),
    map.takeClicks((click) => {
      const [hit] = click.features("field-chosen-mark", "field-mark", "field-cluster");
      if (hit === undefined) return true;
      if (hit.layer === "field-cluster") map.map.easeTo({ center: [click.lon, click.lat], zoom: map.map.getZoom() + 2, duration: 300 });
      else onOpen(String(hit.properties["id"]));
      return true;
    }),
  );
  const canvas = map.map.getCanvas();
  const over = () => (canvas.style.cursor = "pointer");
  const out = () => (canvas.style.cursor = "");
  for (const layer of ["field-mark", "field-cluster"]) {
    map.map.on("mouseenter", layer, over);
    map.map.on("mouseleave", layer, out);
    ends.push(() => {
      map.map.off("mouseenter", layer, over);
      map.map.off("mouseleave", layer, out);
      out();
    });
  }
  return () => {
    for (const end of ends) end();
  };
}

/** Shows the own areas, or the district's box, beside the cards. */
export function showOwn(map: GridMap, own: readonly AreaFeature[] | null, bounds: readonly [number, number, number, number] | null): void {
  const box = own === null || own.length === 0 ? bounds : boxOf(own.flatMap((f) => f.geometry.coordinates));
  if (box !== null) map.showBox(box, fieldCover());
}

/** Brings the place of a report into what is seen of the map. */
export function showReport(map: GridMap, r: Report): void {
  const [lon, lat] = r.geometry.coordinates;
  map.goTo(lon, lat, 15, fieldCover());
}
