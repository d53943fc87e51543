import type { Kind } from "../api/types";
import type * as wire from "../api/schema.gen";

/** The sorts of things that files bring in. */
export const whats = ["areas", "roster", "reports", "roads"] as const;
export type What = (typeof whats)[number];

/** Something wrong with a file, and where. `feature` counts from 1 in the order of the file, 0 is the file as a whole. */
export type FileProblem = wire.FileProblem;

/** A column of a layer with what stands in it, and the field it seems to hold. */
export type Column = Layer["columns"][number];

/** One table of a file. `features` is -1 where the file does not say; `geometry` is empty for none. */
export type Layer = wire.Layer;

/** What a row may say. */
export type Field = NonNullable<wire.Import["fields"]>[number];

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
export type Progress = wire.ImportProgress;

/** What a repair did to one feature. */
export type Repaired = wire.Repaired;

/** What the check of a file found. */
export type Report = wire.ImportReport;

/** Why a step ended, as an answer that is no success says it. */
export type Failure = Partial<Omit<wire.Problem, "problems">> & { problems?: FileProblem[] };

/** An import as the page holds it: the server leaves out what there is none of. Its `version` counts up with every change. */
export type Import = Omit<wire.Import, "layers" | "fields" | "options" | "error"> & { layers: Layer[]; fields: Field[]; options: Options; error: Failure | null };

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
