// The maps of the pages below /ogc, which the server writes: what there is to
// draw stands in the data of their #map.
import { LngLatBounds, Map as MapLibre, NavigationControl, Popup, ScaleControl, setWorkerCount, type GeoJSONSource, type LayerSpecification, type MapGeoJSONFeature, type SourceSpecification, type StyleSpecification } from "maplibre-gl";
import { palette, type Palette } from "../map/palette";
import { mapStyle } from "../map/style";

const darkness = matchMedia("(prefers-color-scheme: dark)");

/** What the server says in the data of the element; what there is not is empty. */
interface Said {
  /** The address of GeoJSON to draw and to fit the map to. */
  features: string;
  /** A template of vector tiles, and their layers, separated by spaces. */
  tiles: string;
  layers: string;
  /** The address of a style to draw as it is. */
  style: string;
  /** What the address of a feature begins with, before its id, and ends with. */
  item: string;
  query: string;
  bounds: [number, number, number, number] | undefined;
  /** What addresses of the server begin with. */
  base: string;
  /** Whether other boundaries than those in force are shown. */
  past: boolean;
  text: (name: string) => string;
}

function read({ dataset: d }: HTMLElement): Said {
  const [west, south, east, north] = (d["bounds"] ?? "").split(",").map(Number);
  const absolute = (path: string | undefined) => (path === undefined || path === "" ? "" : location.origin + path);
  return {
    features: absolute(d["features"]),
    tiles: absolute(d["tiles"]),
    layers: d["layers"] ?? "",
    style: absolute(d["look"]),
    item: d["item"] ?? "",
    query: d["query"] ?? "",
    bounds: west === undefined || south === undefined || east === undefined || north === undefined ? undefined : [west, south, east, north],
    base: location.origin + (d["base"] ?? ""),
    past: d["past"] !== undefined,
    text: (name) => d[`text${name.charAt(0).toUpperCase()}${name.slice(1)}`] ?? "",
  };
}

const drawn = "ogc";
const nothing: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

/** The layers of the features, in the source of a map or in one layer of its tiles. */
function layersOf(p: Palette, inTiles: string | null): LayerSpecification[] {
  const common = (part: string) => ({ id: `${drawn}-${part}-${inTiles ?? ""}`, source: drawn, ...(inTiles === null ? {} : { "source-layer": inTiles }) });
  return [
    { ...common("fill"), type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": p.accent, "fill-opacity": 0.14 } },
    {
      ...common("line"),
      type: "line",
      filter: ["!=", ["geometry-type"], "Point"],
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": p.accent, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.7, 10, 1.2, 14, 2.4] },
    },
    {
      ...common("dot"),
      type: "circle",
      filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 5.5, "circle-color": p.accent, "circle-stroke-width": 1.5, "circle-stroke-color": p.halo },
    },
  ];
}

/** The ground of the page's map with the features over it. */
function styleOf(said: Said, data: GeoJSON.FeatureCollection): StyleSpecification {
  const p = palette(darkness.matches);
  const ground = mapStyle(p, said.base, said.bounds);
  // Boundaries of another time would be taken for those of the features.
  const kept = said.past ? ground.layers.filter((l) => !/^(?:line|fill)-/.test(l.id)) : ground.layers;
  const source: SourceSpecification =
    said.tiles === "" ? { type: "geojson", data } : { type: "vector", tiles: [said.tiles], maxzoom: 16, ...(said.bounds === undefined ? {} : { bounds: said.bounds }) };
  const own = said.tiles === "" ? layersOf(p, null) : said.layers.split(" ").flatMap((name) => layersOf(p, name));
  return { ...ground, sources: { ...ground.sources, [drawn]: source }, layers: [...kept, ...own] };
}

/** Calls take with every place of a geometry. */
function places(g: GeoJSON.Geometry | null, take: (lon: number, lat: number) => void): void {
  const walk = (c: unknown): void => {
    if (!Array.isArray(c)) return;
    const [lon, lat] = c as unknown[];
    if (typeof lon === "number" && typeof lat === "number") take(lon, lat);
    else for (const inner of c) walk(inner);
  };
  if (g !== null && g.type !== "GeometryCollection") walk(g.coordinates);
}

async function fetchFeatures(address: string): Promise<GeoJSON.FeatureCollection> {
  const answer = await fetch(address, { headers: { Accept: "application/geo+json" } });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const found = (await answer.json()) as GeoJSON.FeatureCollection | GeoJSON.Feature;
  const features = found.type === "Feature" ? [found] : found.features;
  // The map library keeps no ids that are texts.
  return { type: "FeatureCollection", features: features.map((f) => ({ ...f, properties: { ...f.properties, [drawn]: f.id } })) };
}

/** What a feature is called where it is clicked, with the way to its page. */
function card(f: MapGeoJSONFeature, said: Said): HTMLElement {
  const p: Record<string, unknown> = f.properties;
  const id = [p[drawn], p["code"], p["h3"], p["id"]].find((v) => typeof v === "string");
  const out = document.createElement("div");
  const name = document.createElement("strong");
  name.textContent = typeof p["name"] === "string" && p["name"] !== "" ? p["name"] : typeof id === "string" ? id : (f.sourceLayer ?? "");
  out.append(name);
  if (typeof id === "string" && (said.item !== "" || f.sourceLayer !== undefined)) {
    const way = document.createElement("a");
    way.href = `${said.item === "" ? `${said.base}/ogc/collections/${f.sourceLayer ?? ""}/items/` : said.item}${encodeURIComponent(id)}${said.query}`;
    way.textContent = id;
    out.append(document.createElement("br"), way);
  }
  return out;
}

/** Draws the map of the page. Throws without WebGL2. */
function draw(container: HTMLElement, said: Said): MapLibre {
  setWorkerCount(1);
  let data = nothing;
  const map = new MapLibre({
    container,
    style: said.style === "" ? styleOf(said, data) : said.style,
    bounds: said.bounds ?? [73, 18, 135, 54],
    fitBoundsOptions: { padding: 24 },
    maxZoom: 19,
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    attributionControl: false,
    // The page is scrolled over the map, not the map in the page.
    cooperativeGestures: true,
    fadeDuration: 0,
    localIdeographFontFamily: '"Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif',
    locale: {
      "Map.Title": said.text("map"),
      "NavigationControl.ZoomIn": said.text("in"),
      "NavigationControl.ZoomOut": said.text("out"),
      "Popup.Close": said.text("close"),
      "CooperativeGesturesHandler.WindowsHelpText": said.text("scroll"),
      "CooperativeGesturesHandler.MacHelpText": said.text("scrollmac"),
      "CooperativeGesturesHandler.MobileHelpText": said.text("fingers"),
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ maxWidth: 110, unit: "metric" }), "bottom-left");
  const own = () => map.getStyle().layers.filter((l) => (said.style === "" ? l.id.startsWith(`${drawn}-`) : "source" in l)).map((l) => l.id);
  if (said.style === "") darkness.addEventListener("change", () => map.setStyle(styleOf(said, data)));
  if (said.features !== "") {
    void Promise.all([fetchFeatures(said.features), new Promise((resolve) => map.once("style.load", resolve))]).then(
      ([found]) => {
        data = found;
        map.getSource<GeoJSONSource>(drawn)?.setData(data);
        const box = new LngLatBounds();
        for (const f of data.features) places(f.geometry, (lon, lat) => box.extend([lon, lat]));
        if (!box.isEmpty()) map.fitBounds(box, { padding: 36, maxZoom: 15, animate: false });
        container.dataset["drawn"] = String(data.features.length);
      },
      () => say(container, said.text("failed")),
    );
  }
  map.on("click", (e) => {
    const near = 6; // pixels: a finger is no needle
    const { x, y } = e.point;
    // The topmost that has a name comes before the ground.
    const found = map.queryRenderedFeatures([[x - near, y - near], [x + near, y + near]], { layers: own() });
    const f = found.find((g) => ["code", "h3", "id", drawn].some((name) => name in g.properties)) ?? found[0];
    if (f !== undefined) new Popup({ maxWidth: "18rem" }).setLngLat(e.lngLat).setDOMContent(card(f, said)).addTo(map);
  });
  return map;
}

/** Says a line under the map. */
function say(container: HTMLElement, text: string): void {
  const line = document.createElement("p");
  line.className = "note";
  line.textContent = text;
  container.after(line);
}

/** Has a form leave out what is empty, and take its box from the map. */
function helpForm(form: HTMLFormElement, map: MapLibre | null, said: Said): void {
  form.addEventListener("formdata", ({ formData }) => {
    for (const name of [...formData.keys()]) if (formData.get(name) === "") formData.delete(name);
  });
  const box = form.querySelector<HTMLInputElement>("[name=bbox]");
  if (box === null || map === null) return;
  const take = document.createElement("button");
  take.type = "button";
  take.textContent = said.text("view");
  take.addEventListener("click", () => {
    const b = map.getBounds();
    box.value = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((n) => n.toFixed(5)).join(",");
  });
  box.after(take);
}

const container = document.getElementById("map");
if (container !== null) {
  const said = read(container);
  let map: MapLibre | null = null;
  try {
    map = draw(container, said);
  } catch {
    container.hidden = true;
    say(container, said.text("undrawable"));
  }
  for (const form of document.forms) helpForm(form, map, said);
}
