import type { Change, Shape, ShapeProperties } from "./types";

/** What a shape looks like on the map. */
export type Look = "file" | "new" | "changed" | "gone" | "unchanged" | "faulty";

/** Gives the look of a shape: what is wrong with it goes before what it changes. */
export function lookOf(p: ShapeProperties, checked: boolean): Look {
  if (!checked) return "file";
  if ((p.errors ?? 0) > 0) return "faulty";
  return p.change === undefined || p.change === "" ? "faulty" : p.change;
}

export type Box = [west: number, south: number, east: number, north: number];

function widen(box: Box, coordinates: unknown): void {
  if (!Array.isArray(coordinates)) return;
  const [lon, lat] = coordinates as unknown[];
  if (typeof lon === "number" && typeof lat === "number") {
    if (Math.abs(lat) > 85 || Math.abs(lon) > 180) return;
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
    return;
  }
  for (const inner of coordinates) widen(box, inner);
}

function coordinatesOf(g: GeoJSON.Geometry): unknown[] {
  return g.type === "GeometryCollection" ? g.geometries.flatMap(coordinatesOf) : [g.coordinates];
}

/** Gives the box around shapes, of what of them lies on the map; null around none. */
export function boxOfShapes(shapes: readonly Shape[]): Box | null {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const s of shapes) if (s.geometry !== null) for (const c of coordinatesOf(s.geometry)) widen(box, c);
  return box[0] > box[2] ? null : box;
}

/** Gives a place for the mark of a shape: the middle of its largest part's box, or its own place. */
export function markPlace(s: Shape): [number, number] | null {
  if (s.geometry === null) return null;
  const parts: Shape[] = s.geometry.type === "MultiPolygon" ? s.geometry.coordinates.map((coordinates) => ({ ...s, geometry: { type: "Polygon", coordinates } })) : [s];
  let best: Box | null = null;
  let most = -1;
  for (const p of parts) {
    const box = boxOfShapes([p]);
    const size = box === null ? -1 : (box[2] - box[0]) * (box[3] - box[1]);
    if (size > most) [best, most] = [box, size];
  }
  return best === null ? null : [(best[0] + best[2]) / 2, (best[1] + best[3]) / 2];
}

const kmPerDegree = 111.2;

/** Gives how far two boxes lie apart, in kilometres; 0 where they meet. */
export function apartKm(a: Box, b: readonly [number, number, number, number]): number {
  const lat = Math.max(0, a[1] - b[3], b[1] - a[3]);
  const lon = Math.max(0, a[0] - b[2], b[0] - a[2]);
  return Math.hypot(lat, lon * Math.cos(((b[1] + b[3]) * Math.PI) / 360)) * kmPerDegree;
}

/** Lists the shapes of a change, those that gained or lost most land first, then by code. */
export function listed(shapes: readonly Shape[], change: Change): Shape[] {
  return shapes
    .filter((s) => (s.properties.change ?? "") === change)
    .sort((a, b) => (b.properties.moved_m2 ?? 0) - (a.properties.moved_m2 ?? 0) || (a.properties.code < b.properties.code ? -1 : 1));
}
