import type { AreaProperties, Kind, Ref } from "../api/types";

/** Somebody who works on plans; `me` is whoever asks. */
export interface Author {
  name: string;
  me: boolean;
}

export type PlanStatus = "draft" | "approved" | "scheduled" | "published" | "discarded";

/** What whoever asks may do to a plan now. */
export type PlanAction = "edit" | "approve" | "publish" | "schedule" | "unschedule" | "discard" | "rebase";

/** A plan without its operations. Times are RFC 3339. */
export interface Plan {
  id: string;
  title: string;
  status: PlanStatus;
  base_revision: number;
  current_revision: number;
  behind: boolean;
  version: number;
  etag: string;
  operations: number;
  undone: number;
  needs_approval: boolean;
  created_by: Author;
  created_at: string;
  updated_at: string;
  approved_by?: Author;
  approved_at?: string;
  publish_at?: string;
  publish_by?: Author;
  note?: string;
  revision?: number;
  failure?: string;
  allow: PlanAction[];
}

/** lon, lat in degrees, WGS 84. */
export type Position = readonly [number, number];

export interface MultiPolygon {
  type: "MultiPolygon";
  coordinates: number[][][][];
}

/** One step of a plan, as the server takes it and gives it back. */
export type Operation =
  | { op: "move_node"; from: Position; to: Position }
  | { op: "insert_node"; at: Position }
  | { op: "remove_node"; at: Position }
  | { op: "split"; kind: Kind; code: string; line: { type: "LineString"; coordinates: Position[] }; new_code?: string; new_name?: string }
  | { op: "merge"; kind: Kind; codes: string[]; into: string }
  | { op: "reassign"; unit_kind: Kind; unit_codes: string[]; to_kind: Kind; to_code: string }
  | { op: "replace"; kind: Kind; code: string; geometry: MultiPolygon }
  | { op: "create"; kind: Kind; code: string; name: string; name_en?: string; parent?: string; unit_type?: string; class?: string; households?: number; population?: number; geometry: MultiPolygon }
  | { op: "retire"; kind: Kind; code: string }
  | { op: "rename"; kind: Kind; code: string; name: string; name_en?: string }
  | { op: "recode"; kind: Kind; code: string; new_code: string }
  /** Areas that a file brought; only the server makes it. */
  | { op: "import"; import: string; kind: Kind; areas: number; gone?: number; file: string };

/** An operation with who made it and when; `n` counts from 1. */
export interface HistoryEntry {
  n: number;
  op: Operation;
  by: Author;
  at: string;
}

/** A plan with its operations in force, the first first; `undo` is what would be undone, `redo` what would be done again. */
export interface PlanWithHistory extends Plan {
  history: HistoryEntry[];
  undo: HistoryEntry | null;
  redo: HistoryEntry | null;
}

/** Something wrong with a plan, and where. `areas` are `kind:code`. */
export interface PlanProblem {
  problem: string;
  severity: "error" | "warning";
  detail: string;
  lon: number;
  lat: number;
  code?: string;
  areas: string[];
  area_m2?: number;
  /** It was as wrong before the plan. */
  before?: boolean;
  /** The parts, households or compactness of the first area, and what they are measured against. */
  value?: number;
  norm?: number;
  /** Of the grids whose mean `norm` is. */
  class?: string;
  /** That nobody holds. */
  posts?: string[];
  /** That the code has to begin with. */
  prefix?: string;
}

/** What an area of a plan is called, belongs to and holds. */
export type PlanAreaProperties = Omit<AreaProperties, "revision" | "from_revision" | "synthetic" | "staffing">;

/** An area with its shape, as GET /api/v1/areas/{kind} lists it. */
export interface PlanFeature {
  type: "Feature";
  geometry: MultiPolygon;
  properties: PlanAreaProperties;
}

/** An area that an operation changed. `before` is null for a new one, geometry for one that is gone; `id` is `kind:code`. */
export interface ChangedArea {
  type: "Feature";
  id: string;
  kind: Kind;
  code: string;
  change: "new" | "changed" | "gone";
  before: { code: string; households: number; area_m2: number } | null;
  geometry: MultiPolygon | null;
  properties: PlanAreaProperties;
}

/** The answer to an operation, an undo (`operation` is what was undone), a redo or a rebase. */
export interface OperationAnswer {
  etag: string;
  version: number;
  plan: Plan;
  operation?: HistoryEntry;
  changed: ChangedArea[];
  problems: PlanProblem[];
}

export interface CheckAnswer {
  etag: string;
  errors: PlanProblem[];
  warnings: PlanProblem[];
}

/** What live tallies are reckoned from. Positions are in 1e-7 degrees; the lists of each group run side by side. */
export interface Basis {
  days: number;
  revision: number;
  /** `category` indexes `categories`; `open` is 1 where somebody still has something to do. */
  reports: { id?: string[]; lon_e7: number[]; lat_e7: number[]; age_days: number[]; open: number[]; category: number[] };
  categories: string[];
  /** Where households are taken to live, in hundredths of one. */
  homes: { lon_e7: number[]; lat_e7: number[]; hundredths: number[] };
  /** Older reports that were left out, for want of room. */
  left_out?: number;
  household_band: number;
  locked: Kind[];
  /** Who stands for a grid, by `grid:code`. */
  chiefs: Record<string, Seat[]>;
}

export interface Seat {
  post: string;
  name?: string;
}

/** What an area holds, in an impact. */
export interface LoadNumbers {
  reports: number;
  open: number;
  households: number;
  area_m2: number;
  posts: Seat[];
}

export interface PersonNumbers {
  areas: string[];
  reports: number;
  open: number;
  households: number;
}

export interface Spread {
  min: number;
  max: number;
  mean: number;
  sd: number;
  ratio: number;
}

export interface Spreads {
  households: Spread;
  reports: Spread;
  area_m2: Spread;
}

/** What a plan would do to people and work. Areas are `kind:code`, null outside all. */
export interface Impact {
  plan: string;
  etag: string;
  days: number;
  reports: number;
  reports_moved: { id: string; from: string | null; to: string | null }[];
  reports_moved_other: { id: string; kind: Kind; from: string | null; to: string | null }[];
  load: { area: string; name: string; change: "new" | "gone" | "changed"; before: LoadNumbers | null; after: LoadNumbers | null }[];
  people: { post: string; name?: string; person?: string; before: PersonNumbers | null; after: PersonNumbers | null }[];
  spread: { before: Spreads; after: Spreads };
  open_reports_moved: number;
  open_reports: { id: string; category: string; status: string; from: string | null; to: string | null; to_posts: { post: string; area: string; name?: string }[]; lon: number; lat: number }[];
  tell: { post: string; area: string; name?: string; phone?: string; why: ("new_area" | "lost_area" | "area_changed" | "open_reports")[] }[];
}

/** A published set of boundaries, as planners see it. */
export interface PlanRevision {
  revision: number;
  published_at: string;
  note?: string;
  areas: number;
  current?: boolean;
  by?: string;
  plan?: string;
  changed?: number;
}

/** The answer to a publish: the revision it became, or the plan alone where it is scheduled. */
export interface PublishAnswer {
  revision?: { number: number; published_at: string; note?: string; areas: number };
  plan: Plan;
  rerouted?: number;
}

/** One side of a comparison: `revision:3` or `plan:ID`. */
export type Side = `revision:${number}` | `plan:${string}`;

export interface ComparedArea {
  code: string;
  name: string;
  parent?: Ref | string | null;
  households: number;
  area_m2: number;
}

export interface ComparedChange {
  kind: Kind;
  id: string;
  change: "new" | "gone" | "changed";
  before: ComparedArea | null;
  after: ComparedArea | null;
  gained_m2: number;
  lost_m2: number;
  renamed: boolean;
  recoded: boolean;
  reshaped: boolean;
}

/** What differs between two sets of boundaries: a feature per stretch of land that changed hands, and the areas. */
export interface Comparison {
  type: "FeatureCollection";
  features: { type: "Feature"; geometry: MultiPolygon; properties: { kind: Kind; from: string | null; to: string | null; area_m2: number } }[];
  changes: ComparedChange[];
  moved_m2: Partial<Record<Kind, number>>;
}
