import { isKey, t } from "./text";
import type { Key } from "./zh";

/** The coordinate systems that are offered by name, as the server calls them. */
export const offered = {
  degrees: ["wgs84", "cgcs2000", "gcj02", "bd09"],
  metres: ["EPSG:4551", "EPSG:4530", "EPSG:4550", "EPSG:4529", "EPSG:4549", "EPSG:4548", "EPSG:4511", "EPSG:4510", "EPSG:4509", "EPSG:4508", "EPSG:4500", "EPSG:4499", "EPSG:3857"],
} as const;

const keys: Record<string, Key> = { wgs84: "crs_4326", cgcs2000: "crs_4490", gcj02: "crs_gcj02", bd09: "crs_bd09" };

const epsg: Record<string, string> = { wgs84: "EPSG:4326", cgcs2000: "EPSG:4490" };

/** Names a coordinate system for people, its number after it. */
export function crsName(crs: string): string {
  const key = keys[crs] ?? `crs_${crs.slice(crs.indexOf(":") + 1)}`;
  if (!isKey(key)) return crs;
  const name = t(key);
  const code = epsg[crs] ?? crs;
  return code.startsWith("EPSG:") ? `${name} · ${code}` : name;
}
