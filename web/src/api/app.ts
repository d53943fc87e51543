import { get } from "./client";
import type * as wire from "./schema.gen";

/** An outside map that the server fetches to lie under ours. */
export type BaseMap = wire.Basemap;

/** The answer of GET /api/v1/app: what the application has to know of its server. `bounds` is west, south, east, north. */
export type AppInfo = wire.App;

/** Asks what there is to know of the server. */
export function appInfo(): Promise<AppInfo> {
  return get<AppInfo>("/api/v1/app");
}
