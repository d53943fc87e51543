import { effect, untracked } from "@preact/signals";
import type { GridMap, Overlay } from "../map/gridmap";
import { cover } from "../map/cover";
import { gridMap } from "../map/handle";
import { app } from "../state/app";
import { params } from "../state/store";
import { drawMark, markNames } from "./marks";
import { boxOfShapes, lookOf, markPlace, type Box, type Look } from "./shapes";
import { current, looked, shown } from "./state";
import type { Shape } from "./types";

const none: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const source = () => ({ type: "geojson", data: none }) as const;

const overlay: Overlay = {
  sources: { "import-shapes": source(), "import-marks": source(), "import-places": source(), "import-looked": source() },
  images: (p) => Object.fromEntries(markNames.map((n) => [`import-${n}`, drawMark(n, p)])),
  layers: (p, dark) => {
    const by = (file: string, fresh: string, changed: string, gone: string, faulty: string, same: string) =>
      ["match", ["get", "look"], "file", file, "new", fresh, "changed", changed, "gone", gone, "faulty", faulty, same] as unknown as string;
    const amount = ["match", ["get", "look"], "file", 0.16, "unchanged", 0.04, dark ? 0.34 : 0.26] as unknown as number;
    const done = p.markDone;
    const colour = by(p.accent, done, p.accent, p.markOverdue, p.markOverdue, p.nameSoft);
    const area = ["match", ["geometry-type"], ["Polygon", "MultiPolygon"], true, false] as unknown as boolean;
    return [
      { id: "import-fill", type: "fill", source: "import-shapes", filter: area as never, paint: { "fill-color": colour, "fill-opacity": amount } },
      { id: "import-line", type: "line", source: "import-shapes", filter: ["!=", ["get", "look"], "gone"], paint: { "line-color": colour, "line-width": ["match", ["get", "look"], "unchanged", 0.8, 1.8] } },
      { id: "import-line-gone", type: "line", source: "import-shapes", filter: ["==", ["get", "look"], "gone"], paint: { "line-color": p.markOverdue, "line-width": 1.8, "line-dasharray": [2, 1.6] } },
      { id: "import-point", type: "circle", source: "import-shapes", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": colour, "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 2, 14, 5], "circle-stroke-color": p.halo, "circle-stroke-width": 0.8 } },
      { id: "import-looked-fill", type: "fill", source: "import-looked", filter: area as never, paint: { "fill-color": p.markOpen, "fill-opacity": 0.3 } },
      { id: "import-looked-halo", type: "line", source: "import-looked", paint: { "line-color": p.halo, "line-width": 6 } },
      { id: "import-looked-line", type: "line", source: "import-looked", paint: { "line-color": p.markOpen, "line-width": 3 } },
      { id: "import-marks", type: "symbol", source: "import-marks", layout: { "icon-image": ["concat", "import-", ["get", "mark"]], "icon-size": 0.8, "icon-padding": 0, "symbol-sort-key": ["get", "rank"] } },
      { id: "import-places", type: "symbol", source: "import-places", layout: { "icon-image": ["concat", "import-", ["get", "mark"]], "icon-size": 0.85, "icon-padding": 0, "symbol-sort-key": ["get", "rank"] } },
      { id: "import-looked-place", type: "circle", source: "import-looked", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 15, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": p.markOpen, "circle-stroke-width": 3.5 } },
    ];
  },
};

const points = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features });

/** The features on the map with their looks; in a comparison the unchanged ones at the bottom. */
function drawn(shapes: readonly Shape[], checked: boolean): (GeoJSON.Feature & { properties: { look: Look } })[] {
  const order: Record<Look, number> = { file: 0, unchanged: 0, changed: 1, new: 2, gone: 3, faulty: 4 };
  return shapes
    .flatMap((s) => (s.geometry === null ? [] : [{ type: "Feature" as const, geometry: s.geometry, properties: { look: lookOf(s.properties, checked), feature: s.properties.feature, code: s.properties.code } }]))
    .sort((a, b) => order[a.properties.look] - order[b.properties.look]);
}

/** Whether marks say what is wrong, or what changes. */
const showsProblems = () => params.value.tab !== "compare";

function marks(): GeoJSON.FeatureCollection {
  const s = shown.value;
  if (s === null || s.of !== "check" || showsProblems()) return none;
  return points(
    s.shapes.features.flatMap((f) => {
      const look = lookOf(f.properties, true);
      const at = look === "unchanged" || look === "faulty" ? null : markPlace(f);
      return at === null ? [] : [{ type: "Feature", geometry: { type: "Point", coordinates: at }, properties: { mark: look, rank: look === "gone" ? 0 : 1 } }];
    }),
  );
}

function places(): GeoJSON.FeatureCollection {
  const i = current.value;
  if (i?.report === null || i === null || params.value.step !== "check" || !showsProblems()) return none;
  const only = params.value.only;
  return points(
    (i.report.problems ?? []).flatMap((p, n) =>
      p.lon === null || p.lat === null || (only !== undefined && only !== p.severity)
        ? []
        : [{ type: "Feature", geometry: { type: "Point", coordinates: [p.lon, p.lat] }, properties: { mark: p.severity, rank: p.severity === "error" ? 0 : 1, n } }],
    ),
  );
}

/** The shapes of what is looked at: of the file, and of the area that lacks where it is one. */
function shapesLooked(): Shape[] {
  const l = looked.value;
  return l === null ? [] : (shown.value?.shapes.features ?? []).filter((s) => (l.feature > 0 ? s.properties.feature === l.feature : l.code !== "" && s.properties.code === l.code));
}

/** Shows a box beside what covers the map. On a phone a sheet that is drawn up covers all of it: then as where it is half up. */
function fit(map: GridMap, box: Box): void {
  const c = cover();
  map.showBox(box, innerHeight - c.top - c.bottom < 200 ? { ...c, bottom: innerHeight * 0.46 } : c);
}

function show(map: GridMap): void {
  const l = looked.value;
  if (l === null) return;
  if (l.at !== null) {
    map.goTo(l.at[0], l.at[1], 16, cover());
    return;
  }
  const box = boxOfShapes(untracked(shapesLooked));
  if (box !== null) fit(map, box);
}

/** Draws on a map until the function that is given is called. */
function drawOn(map: GridMap): () => void {
  let seen = "";
  const ends = [
    map.draw(overlay),
    map.takeClicks((click) => {
      const [place] = click.features("import-places", "import-fill", "import-point");
      if (place?.layer === "import-places") {
        const p = current.peek()?.report?.problems?.[Number(place.properties["n"])];
        if (p !== undefined) looked.value = { feature: p.feature, code: p.code, at: null };
      } else if (place !== undefined) looked.value = { feature: Number(place.properties["feature"] ?? 0), code: String(place.properties["code"] ?? ""), at: null };
      return true;
    }),
    effect(() => {
      const s = shown.value;
      map.setData("import-shapes", s === null ? none : points(drawn(s.shapes.features, s.of === "check")));
      // What is read otherwise lies elsewhere: the map goes along, once.
      const key = s === null ? "" : s.of === "check" ? `check ${current.peek()?.id}` : s.key;
      if (s === null || key === seen) return;
      seen = key;
      const box = boxOfShapes(s.shapes.features);
      if (box !== null && looked.peek() === null) requestAnimationFrame(() => gridMap.peek() === map && fit(map, box));
    }),
    effect(() => {
      // What is compared is compared everywhere: back from the place of a problem.
      if (params.value.tab !== "compare") return;
      const box = boxOfShapes(shown.peek()?.shapes.features ?? []);
      if (box !== null) fit(map, box);
    }),
    effect(() => map.setData("import-marks", marks())),
    effect(() => map.setData("import-places", places())),
    effect(() => {
      const at = looked.value?.at ?? null;
      map.setData("import-looked", points([...shapesLooked().flatMap((s) => (s.geometry === null ? [] : [{ type: "Feature" as const, geometry: s.geometry, properties: {} }])), ...(at === null ? [] : [{ type: "Feature" as const, geometry: { type: "Point" as const, coordinates: [...at] }, properties: {} }])]));
    }),
    effect(() => show(map)),
  ];
  return () => {
    for (const end of ends.reverse()) end();
  };
}

/** Draws on whatever map there is, as it comes and goes; until the function that is given is called. */
export function drawOnMaps(): () => void {
  let end: (() => void) | null = null;
  const stop = effect(() => {
    const map = gridMap.value;
    untracked(() => {
      end?.();
      end = map === null ? null : drawOn(map);
      const bounds = app.peek()?.bounds ?? null;
      if (map !== null && bounds !== null && shown.peek() === null) requestAnimationFrame(() => gridMap.peek() === map && fit(map, bounds));
    });
  });
  return () => {
    stop();
    end?.();
  };
}
