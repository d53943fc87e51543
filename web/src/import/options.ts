import type { Column, Field, Import, Layer, Options } from "./types";

/** Names the file; of the parts of a shapefile the one that has the shapes. */
export function fileName(i: Pick<Import, "files">): string {
  return (i.files.find((f) => /\.shp$/i.test(f.name)) ?? i.files[0])?.name ?? "";
}

/** Gives the layer that options name; the first one shown where they name none that is there. */
export function layerOf(layers: readonly Layer[], options: Options): Layer | null {
  return layers.find((l) => l.name === options.layer) ?? layers.find((l) => !l.hidden) ?? layers[0] ?? null;
}

/** Gives the column that each field seems to be in, as the server guessed. */
export function guessed(layer: Layer): Record<string, string> {
  const map: Record<string, string> = {};
  for (const c of layer.columns) {
    if (c.field !== undefined && c.field !== "" && map[c.field] === undefined) map[c.field] = c.name;
  }
  return map;
}

/** Chooses another layer: what was chosen for the columns and the system of the one before does not hold for it. */
export function withLayer(options: Options, layer: Layer): Options {
  return { ...options, layer: layer.name, crs: "", encoding: "", map: guessed(layer) };
}

/** Takes a column for a field; an empty one says that it has none, whatever the names suggest. A column that another field had is taken from that. */
export function withColumn(options: Options, field: string, column: string): Options {
  const map: Record<string, string> = {};
  for (const [f, c] of Object.entries(options.map)) map[f] = c === column ? "" : c;
  map[field] = column;
  return { ...options, map };
}

/** Takes the columns that seem to be meant, and where nobody said what the areas are what they seem to be. */
export function withGuess(options: Options, layer: Layer | null): Options {
  if (layer === null) return options;
  return { ...options, map: guessed(layer), kind: options.kind === "" ? (layer.kind ?? "") : options.kind };
}

/** Where a field's column comes from: a guess by its name, somebody's choice (also of none, where one was guessed), or nowhere. */
export function originOf(layer: Layer, options: Options, field: string): "guessed" | "chosen" | "none" {
  const column = options.map[field] ?? "";
  const guess = guessed(layer)[field] ?? "";
  if (column === guess) return column === "" ? "none" : "guessed";
  return "chosen";
}

/** Names the fields that are needed and have no column. */
export function missingFields(fields: readonly Field[], options: Options): string[] {
  return fields.filter((f) => f.required && (options.map[f.name] ?? "") === "").map((f) => f.name);
}

/** Gives the column of a field in a layer. */
export function columnOf(layer: Layer, options: Options, field: string): Column | null {
  const name = options.map[field] ?? "";
  return name === "" ? null : (layer.columns.find((c) => c.name === name) ?? null);
}

/** Orders columns for reading: those that are used first, in the order of the fields, then as the file has them; `text` narrows them down. */
export function listedColumns(layer: Layer, fields: readonly Field[], options: Options, text: string): { column: Column; field: string | null }[] {
  const wanted = text.trim().toLowerCase();
  const fieldOf = new Map(Object.entries(options.map).filter(([, c]) => c !== "").map(([f, c]) => [c, f]));
  const place = new Map(fields.map((f, i) => [f.name, i]));
  const rank = (field: string | null) => (field === null ? fields.length : (place.get(field) ?? fields.length));
  return layer.columns
    .map((column) => ({ column, field: fieldOf.get(column.name) ?? null }))
    .filter(({ column }) => wanted === "" || column.name.toLowerCase().includes(wanted) || column.samples.some((s) => s.toLowerCase().includes(wanted)))
    .sort((a, b) => rank(a.field) - rank(b.field));
}

/** Writes options so that equal ones are equal texts. */
function canonical(o: Options): string {
  const map = Object.entries(o.map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([o.kind, o.layer, o.crs, o.encoding, map, [...(o.repair ?? [])].sort(), o.partial, o.plan ?? null]);
}

/** Reports whether two ways to read a file are the same. */
export function sameOptions(a: Options, b: Options): boolean {
  return canonical(a) === canonical(b);
}

/** Reports whether what a check found is about these options. */
export function isChecked(i: Import, options: Options): boolean {
  return i.report !== null && i.state !== "ready" && i.state !== "running" && sameOptions(i.options, options);
}

/** Fills in what an answer may leave out. */
export function wholeOptions(given: Partial<Options> | null | undefined): Options {
  return {
    kind: given?.kind ?? "",
    layer: given?.layer ?? "",
    crs: given?.crs ?? "",
    encoding: given?.encoding ?? "",
    map: given?.map ?? {},
    repair: given?.repair ?? [],
    partial: given?.partial ?? false,
    plan: given?.plan ?? null,
  };
}

/** The part of an address that says how a preview is read. */
export function previewQuery(o: Options): string {
  const q = new URLSearchParams();
  if (o.layer !== "") q.set("layer", o.layer);
  if (o.crs !== "") q.set("crs", o.crs);
  if (o.encoding !== "") q.set("encoding", o.encoding);
  for (const [field, column] of Object.entries(o.map)) q.append("map", `${field}:${column}`);
  return q.toString();
}

/**
 * Gives the state of an import as the page has it: while there is progress it
 * runs, though a draft is written before its publish; and what was written
 * stays so where the publish is refused.
 */
export function stateOf(i: Pick<Import, "state" | "progress" | "plan">): Import["state"] {
  if (i.progress !== null) return "running";
  return i.state === "failed" && i.plan !== null ? "written" : i.state;
}
