import { get } from "./client";

/** An outside map that the server fetches to lie under ours. */
export interface BaseMap {
  tiles: string;
  kind: "raster" | "vector";
  tile_size: number;
  min_zoom: number;
  max_zoom: number;
  attribution: string;
  /** 审图号: the number under which the map was approved for publication in China. */
  review_number?: string;
}

/** The answer of GET /api/v1/app: what the application has to know of its server. `bounds` is west, south, east, north. */
export interface AppInfo {
  district: { code: string; name: string; name_en?: string };
  bounds: [number, number, number, number] | null;
  public: "none" | "lookup" | "map";
  revision: number;
  synthetic: boolean;
  time_zone: string;
  public_url: string | null;
  photos: { max: number; max_bytes: number };
  basemap: BaseMap | null;
  /** After how many days tracks are coarsened, and after how many erased; 0 is never. */
  tracks?: { coarsen_days: number; erase_days: number };
  version: string;
}

/** Asks what there is to know of the server. */
export function appInfo(): Promise<AppInfo> {
  return get<AppInfo>("/api/v1/app");
}
