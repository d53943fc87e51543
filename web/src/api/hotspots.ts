import { post } from "./client";
import type { AreaName, Kind } from "./types";
import type * as wire from "./schema.gen";

/** A question about hot spots. Times are RFC 3339. */
export interface HotspotQuestion {
  from?: string;
  to?: string;
  category?: readonly string[];
  status?: readonly string[];
  /** Only what is past its time limit: for those who may read every report. */
  overdue?: boolean;
  /** H3 resolution of the cells, 4 to 10. */
  resolution: number;
  /** Asks for frames: months for everybody, weeks for those who may read every report. */
  step?: "month" | "week";
  /** What the statistics are of, the counts where it is not given. */
  variable?: Variable;
  /** What rates are held against; asks for patrol hours besides: for those who may read patrols. */
  exposure?: Exposure;
}

/** What reports are held against: households, or the hours that officers were on patrol there. */
export type Exposure = "household" | "patrol_hour";

/** What statistics compare: numbers of reports, or those per 1,000 households. */
export type Variable = "count" | "rate" | "per_patrol_hour";

/** A number of reports; null where it is too small to be shown. */
export type Counted = number | null;

/** A stretch of time, from `from` (included) to `to` (excluded). */
export type Frame = NonNullable<Hotspots["frames"]>[number];

/** An H3 cell with its number of reports. */
export type HotspotCell = Hotspots["features"][number];

/** How the statistics of an answer were reckoned, over the whole district. */
export type Analysis = wire.HotspotAnalysis;

/** The answer: counts by cell, over the time that was counted, which may be another than asked for. */
export type Hotspots = wire.Hotspots;

/** Counts reports by cell. */
export function hotspots(q: HotspotQuestion, signal?: AbortSignal): Promise<Hotspots> {
  return post<Hotspots>("/api/v1/hotspots", q, {}, signal);
}

/** Says of places (lon, lat) which areas of some kinds they lie in; null where there is none. */
export async function areasOf(points: readonly (readonly [number, number])[], kinds: readonly Kind[], signal?: AbortSignal): Promise<Partial<Record<Kind, AreaName | null>>[]> {
  if (points.length === 0) return [];
  const answer = await post<wire.LocatedPoints>("/api/v1/locate", { points: points.map(([lon, lat]) => [Number(lon.toFixed(7)), Number(lat.toFixed(7))]) }, {}, signal);
  return points.map((_, i) =>
    Object.fromEntries(
      kinds.map((k) => {
        const n = answer.results[k][i];
        return [k, n === null || n === undefined ? null : (answer.areas[k][n] ?? null)];
      }),
    ),
  );
}
