import { post } from "./client";
import type { AreaName, Kind } from "./types";

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
export interface Frame {
  from: string;
  to: string;
  total: Counted;
}

/** An H3 cell with its number of reports. */
export interface HotspotCell {
  type: "Feature";
  id: string;
  geometry: { type: "Polygon"; coordinates: [number, number][][] };
  properties: {
    h3: string;
    suppressed: boolean;
    count?: number;
    counts?: Counted[];
    /** Reports per 1,000 households; absent where the count is suppressed or there are too few households. */
    rate?: number;
    households?: number;
    /** Hours that officers were on patrol in it, where they were asked for. */
    patrol_hours?: number;
    /** Reports per such hour; absent where there are too few hours. */
    per_patrol_hour?: number;
    /** It looks hot only because it was looked at more: by household it is, by patrol hour it is not. */
    watched?: boolean;
    /** The statistics, of the analysis' own cell; absent where there are none. */
    z_score?: number;
    p_value?: number;
    significant?: boolean;
    /** That cell: of a coarser one the most conspicuous within, of a finer one the one round it. */
    analysis_h3?: string;
  };
}

/** How the statistics of an answer were reckoned, over the whole district. */
export interface Analysis {
  method: string;
  resolution: number;
  variable: Variable;
  /** Cells compared, those without a report included. */
  cells: number;
  reports: number;
  households: number;
  /** Hours on patrol in the cells, of reports per patrol hour. */
  patrol_hours?: number;
  mean: number;
  sd: number;
  /** The share of the significant cells that may be so by chance. */
  q: number;
  /** The largest p-value that is significant; 0 where none is. */
  p_threshold: number;
  significant: number;
  /** What a suppressed count was taken for. */
  suppressed_as?: number;
}

/** The answer: counts by cell, over the time that was counted, which may be another than asked for. */
export interface Hotspots {
  from: string;
  to: string;
  resolution: number;
  total: Counted;
  frames?: Frame[];
  /** Hours on patrol in all, where they were asked for. */
  patrol_hours?: number;
  /** Since when they are known, where earlier ones of the time are not any more. */
  patrol_hours_since?: string;
  /** Null or absent where there are no statistics, as for who sees a part of the district. */
  analysis?: Analysis | null;
  features: HotspotCell[];
}

/** Counts reports by cell. */
export function hotspots(q: HotspotQuestion, signal?: AbortSignal): Promise<Hotspots> {
  return post<Hotspots>("/api/v1/hotspots", q, {}, signal);
}

/** The areas of many places: lists of areas by kind, and for every place its index in each list. */
interface LocatedMany {
  areas: Record<Kind, AreaName[]>;
  results: Record<Kind, (number | null)[]>;
}

/** Says of places (lon, lat) which areas of some kinds they lie in; null where there is none. */
export async function areasOf(points: readonly (readonly [number, number])[], kinds: readonly Kind[], signal?: AbortSignal): Promise<Partial<Record<Kind, AreaName | null>>[]> {
  if (points.length === 0) return [];
  const answer = await post<LocatedMany>("/api/v1/locate", { points: points.map(([lon, lat]) => [Number(lon.toFixed(7)), Number(lat.toFixed(7))]) }, {}, signal);
  return points.map((_, i) =>
    Object.fromEntries(
      kinds.map((k) => {
        const n = answer.results[k][i];
        return [k, n === null || n === undefined ? null : (answer.areas[k][n] ?? null)];
      }),
    ),
  );
}
