import { isKind, type Ref } from "../api/types";

/** What the map shows and can be switched off. */
export const layerNames = ["township", "village", "grid", "village_group", "compound", "ground", "labels", "basemap"] as const;
export type LayerName = (typeof layerNames)[number];

export type Language = "zh" | "en";

/** The screens of the application; `map` is the one an address without a name opens. */
const screenNames = ["map", "list", "report", "follow", "heat", "field", "patrol", "coverage", "grids", "people", "patrols", "watch", "plan", "plans", "import", "notice", "account", "admin", "signin", "sync"] as const;
export type ScreenName = (typeof screenNames)[number];

/** What a screen keeps in the address beside what all of them share. */
export type Params = Readonly<Record<string, string>>;

/** Where the map looks: WGS 84 degrees and a zoom of the web map's scale. */
export interface Camera {
  zoom: number;
  lon: number;
  lat: number;
}

/** What the panel is about: a place on the ground, or an area by name. */
export type Selection =
  | { type: "point"; lon: number; lat: number; accuracyM: number | null }
  | { type: "area"; ref: Ref };

/** Everything about a view that can be sent to somebody else. */
export interface ViewState {
  view: ScreenName;
  camera: Camera | null;
  selection: Selection | null;
  hidden: LayerName[];
  language: Language | null;
  /** Of the screen shown: other screens begin without. */
  params: Params;
}

function numbers(text: string | null, separator: string, count: number): number[] | null {
  if (text === null) return null;
  const parts = text.split(separator);
  if (parts.length !== count || parts.some((p) => p.trim() === "")) return null;
  const out = parts.map(Number);
  return out.every(Number.isFinite) ? out : null;
}

function onEarth(lon: number, lat: number): boolean {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 85;
}

function parseCamera(text: string | null): Camera | null {
  const [zoom, lat, lon] = numbers(text, "/", 3) ?? [];
  if (zoom === undefined || lat === undefined || lon === undefined) return null;
  return zoom >= 0 && zoom <= 22 && onEarth(lon, lat) ? { zoom, lon, lat } : null;
}

function parseSelection(params: URLSearchParams): Selection | null {
  const [lat, lon] = numbers(params.get("at"), ",", 2) ?? [];
  if (lat !== undefined && lon !== undefined && onEarth(lon, lat)) {
    const accuracy = numbers(params.get("accuracy"), ",", 1)?.[0];
    return { type: "point", lon, lat, accuracyM: accuracy !== undefined && accuracy > 0 ? accuracy : null };
  }
  const [kind, code, ...rest] = (params.get("area") ?? "").split(":");
  if (kind !== undefined && code !== undefined && code !== "" && rest.length === 0 && isKind(kind)) {
    return { type: "area", ref: { kind, code } };
  }
  return null;
}

/** The names in an address that mean the same on every screen. */
const shared: ReadonlySet<string> = new Set(["view", "map", "at", "accuracy", "area", "hide", "lang"]);

/** Reads the part of an address after `#`. What cannot be read is left out: an old link still opens the map. */
export function parseHash(hash: string): ViewState {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  const off = (params.get("hide") ?? "").split(",");
  const language = params.get("lang");
  const view = screenNames.find((n) => n === params.get("view")) ?? "map";
  return {
    view,
    camera: parseCamera(params.get("map")),
    selection: parseSelection(params),
    hidden: layerNames.filter((n) => off.includes(n)),
    language: language === "zh" || language === "en" ? language : null,
    params: Object.fromEntries([...params].filter(([k]) => !shared.has(k))),
  };
}

/** Writes a view for the address, beginning with `#`; parseHash reads it back. */
export function formatHash(s: ViewState): string {
  const parts: string[] = [];
  if (s.view !== "map") parts.push(`view=${s.view}`);
  if (s.camera !== null) {
    parts.push(`map=${s.camera.zoom.toFixed(2)}/${s.camera.lat.toFixed(5)}/${s.camera.lon.toFixed(5)}`);
  }
  if (s.selection?.type === "point") {
    parts.push(`at=${s.selection.lat.toFixed(6)},${s.selection.lon.toFixed(6)}`);
    if (s.selection.accuracyM !== null) parts.push(`accuracy=${Math.round(s.selection.accuracyM)}`);
  } else if (s.selection !== null) {
    parts.push(`area=${s.selection.ref.kind}:${encodeURIComponent(s.selection.ref.code)}`);
  }
  if (s.hidden.length > 0) parts.push(`hide=${s.hidden.join(",")}`);
  if (s.language !== null) parts.push(`lang=${s.language}`);
  for (const [k, v] of Object.entries(s.params)) parts.push(`${encodeURIComponent(k)}=${encodeURIComponent(v)}`);
  return `#${parts.join("&")}`;
}
