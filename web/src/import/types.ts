import type { Kind } from "../api/types";

/** The sorts of things that files bring in. */
export const whats = ["areas", "roster", "reports", "roads"] as const;
export type What = (typeof whats)[number];

/** Something wrong with a file, and where. `feature` counts from 1 in the order of the file, 0 is the file as a whole. */
export interface FileProblem {
  feature: number;
  line?: number;
  code: string;
  problem: string;
  severity: "error" | "warning";
  /** One sentence in English. */
  detail: string;
  lon: number | null;
  lat: number | null;
  area_m2?: number;
  width_m?: number;
  /** `kind:code`. */
  areas?: string[];
  repair?: string;
  values?: Record<string, unknown>;
}

/** A column of a layer with what stands in it, and the field it seems to hold. */
export interface Column {
  name: string;
  samples: string[];
  field: string | null;
}

/** One table of a file. `features` is -1 where the file does not say; `geometry` is empty for none. */
export interface Layer {
  index: number;
  name: string;
  format: string;
  features: number;
  geometry: string;
  hidden: boolean;
  crs: { crs: string; text: string; from: string; problem?: FileProblem };
  encoding: string;
  encoding_from: string;
  columns: Column[];
  /** Of areas: what they seem to be. */
  kind?: Kind;
  problems: FileProblem[];
}

/** What a row may say. */
export interface Field {
  name: string;
  required: boolean;
}

/** How a file is to be understood. `layer` is a layer's name; empty texts leave it to the file. `map` has the column of each field, empty for none; what it lacks is found by its name. */
export interface Options {
  kind: Kind | "";
  layer: string;
  crs: string;
  encoding: string;
  map: Record<string, string>;
  repair: string[];
  partial: boolean;
  plan: string | null;
}

export type Stage = "read" | "check" | "compare" | "write" | "publish";

/** How far a step is. `of` is -1 where nobody knows. */
export interface Progress {
  stage: Stage;
  done: number;
  of: number;
  per_second: number;
  remaining_s: number | null;
}

/** What a repair did to one feature. */
export interface Repaired {
  feature: number;
  code: string;
  repair: string;
  moved_m2: number;
  moved_m: number;
  detail: string;
}

/** What the check of a file found. */
export interface Report {
  file: string;
  sha256: string;
  layer: string;
  crs: string;
  crs_from: string;
  encoding: string;
  encoding_from: string;
  columns: Record<string, string> | null;
  features_read: number;
  features_ok: number;
  new: number;
  changed: number;
  unchanged: number;
  gone: number;
  problems: FileProblem[] | null;
  repairs?: Repaired[];
  problems_not_listed?: number;
  /** Land without an area where a faulty feature, or a missing one, belongs: among no problems. */
  gaps_left_out?: number;
  gaps_left_out_m2?: number;
}

/** Why a step ended, as an answer that is no success says it. */
export interface Failure {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  problem?: string;
  problems?: FileProblem[];
}

/** An import as the server keeps it. Its `version` counts up with every change. */
export interface Import {
  id: string;
  what: What;
  state: "ready" | "running" | "checked" | "failed" | "written";
  version: number;
  files: { name: string; bytes: number }[];
  layers: Layer[];
  fields: Field[];
  options: Options;
  progress: Progress | null;
  report: Report | null;
  error: Failure | null;
  plan: string | null;
  revision: number | null;
  created_at: string;
  expires_at: string;
}

/** An import as it is listed. */
export type ListedImport = Omit<Import, "layers" | "fields"> & { layers?: Layer[] };

export type Change = "new" | "changed" | "unchanged" | "gone" | "";

/** A feature of the file as it was understood, or an area that it lacks (`feature` 0). */
export interface ShapeProperties {
  feature: number;
  code: string;
  name: string;
  change?: Change;
  errors?: number;
  warnings?: number;
  moved_m2?: number;
}

export type Shape = GeoJSON.Feature<GeoJSON.Geometry | null, ShapeProperties>;

export interface Shapes {
  type: "FeatureCollection";
  features: Shape[];
  truncated?: boolean;
}
