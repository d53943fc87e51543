import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a folder for the files of a test, outside the tree. */
export function folder(): string {
  return mkdtempSync(join(tmpdir(), "import-"));
}

/** A feature as the server gives it, with what columns are to be called. */
export interface Row {
  type: "Feature";
  properties: Record<string, string | number>;
  geometry: GeoJSON.Geometry;
}

function ogr(...args: string[]): void {
  execFileSync("ogr2ogr", args, { stdio: ["ignore", "ignore", "pipe"] });
}

/** Writes a shapefile in CGCS2000 3-degree 126°E with a table in GBK, as offices have it; gives its parts. */
export function shapefile(dir: string, name: string, rows: readonly Row[]): string[] {
  const to = join(dir, name);
  const from = join(dir, `${name}.geojson`);
  writeFileSync(from, JSON.stringify({ type: "FeatureCollection", features: rows }));
  // One folder a shapefile: GDAL makes it.
  mkdirSync(to);
  ogr("-f", "ESRI Shapefile", join(to, `${name}.shp`), from, "-t_srs", "EPSG:4551", "-lco", "ENCODING=GBK", "-nlt", "POLYGON");
  return readdirSync(to).map((f) => join(to, f));
}

/** Writes the same as a zip. */
export function zipped(dir: string, name: string, rows: readonly Row[]): string {
  const from = join(dir, `${name}.geojson`);
  writeFileSync(from, JSON.stringify({ type: "FeatureCollection", features: rows }));
  const to = join(dir, `${name}.shz`);
  ogr("-f", "ESRI Shapefile", to, from, "-t_srs", "EPSG:4551", "-lco", "ENCODING=GBK", "-nlt", "POLYGON");
  const zip = join(dir, `${name}.zip`);
  renameSync(to, zip);
  return zip;
}

/** Writes a sheet of text cells. */
export function sheet(dir: string, name: string, heads: readonly string[], lines: readonly (readonly string[])[]): string {
  const cell = (s: string) => `"${s.replaceAll('"', '""')}"`;
  const from = join(dir, `${name}.csv`);
  writeFileSync(from, [heads, ...lines].map((l) => l.map(cell).join(",")).join("\n"));
  const to = join(dir, `${name}.xlsx`);
  // Without guessing of types: codes are text.
  ogr("-f", "XLSX", to, from, "-oo", "AUTODETECT_TYPE=NO");
  return to;
}

/** Writes any bytes under a name. */
export function bytes(dir: string, name: string, content: string): string {
  const to = join(dir, name);
  writeFileSync(to, content);
  return to;
}

/** Says how many features GDAL finds in a file. */
export function countWithGdal(file: string): number {
  const said = execFileSync("ogrinfo", ["-so", "-al", file], { stdio: ["ignore", "pipe", "ignore"] }).toString();
  return Number(/Feature Count: (\d+)/.exec(said)?.[1] ?? "-1");
}
