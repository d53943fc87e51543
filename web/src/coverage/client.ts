import { get } from "../api/client";
import type { AreaFeature, Kind, Ref } from "../api/types";

/** How much land was seen, and when. Measures are square metres and metres. */
export interface SeenLand {
  area_m2: number;
  /** Land that several saw counts once. */
  covered_m2: number;
  /** What each officer saw, added up. */
  unmerged_m2: number;
  /** Of the area, 0 to 1. */
  share: number;
  distance_m: number;
  visits: number;
  last_visit: string | null;
  days_since: number | null;
}

/** An area by kind, code and name. */
export interface Named extends Ref {
  name: string;
  name_en?: string;
}

/** A part of the area that was asked about. */
export type Part = Named & SeenLand;

/** The answer: what patrols saw of an area. Times are RFC 3339. */
export interface Coverage extends SeenLand {
  revision: number;
  area: Named;
  from: string;
  to: string;
  swath_m: number;
  patrol_hours: number;
  parts: Part[];
  /** Parts that nobody visited and nothing of which was seen. */
  unseen: Named[];
  checkpoints: { due: number; on_time: number; late: number; never: number };
  /** Positions from before then are rounded. */
  coarse_before?: string;
  /** Positions from before then are gone. */
  erased_before?: string;
  synthetic?: boolean;
}

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
