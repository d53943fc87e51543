import { get } from "../api/client";
import type { AreaFeature, Kind, Ref } from "../api/types";
import type * as wire from "../api/schema.gen";

/** How much land was seen, and when. Measures are square metres and metres. */
export type SeenLand = Pick<wire.CoveragePart, "area_m2" | "covered_m2" | "unmerged_m2" | "share" | "distance_m" | "visits" | "last_visit" | "days_since">;

/** An area by kind, code and name. */
export type Named = wire.NamedArea;

/** A part of the area that was asked about. */
export type Part = wire.CoveragePart;

/** The answer: what patrols saw of an area. Times are RFC 3339. */
export type Coverage = wire.Coverage;

/** What is asked about an area. */
export interface Question {
  ref: Ref;
  from: string;
  /** Up to now where it is missing. */
  to?: string;
  swathM: number;
}

/** The address of the answer, as JSON or as a file. */
export function coveragePath(q: Question, format?: "csv" | "geojson"): string {
  const p = new URLSearchParams({ from: q.from, swath_m: String(q.swathM), ...(q.to === undefined ? {} : { to: q.to }), ...(format === undefined ? {} : { format }) });
  return `/api/v1/areas/${q.ref.kind}/${encodeURIComponent(q.ref.code)}/coverage?${p}`;
}

/** Asks what patrols saw of an area. */
export function coverage(q: Question, signal?: AbortSignal): Promise<Coverage> {
  return get<Coverage>(coveragePath(q), signal);
}

/** Gives the areas of a kind that meet a box, with their shapes. */
export async function shapesWithin(kind: Kind, [w, s, e, n]: readonly [number, number, number, number], signal?: AbortSignal): Promise<AreaFeature[]> {
  return (await get<{ features: AreaFeature[] }>(`/api/v1/areas/${kind}?bbox=${w},${s},${e},${n}`, signal)).features;
}
