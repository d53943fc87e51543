import type { AreaProperties } from "../api/types";
import type * as wire from "../api/schema.gen";

/** Somebody who works on plans; `me` is whoever asks. */
export type Author = wire.Author;

export type PlanStatus = Plan["status"];

/** What whoever asks may do to a plan now. */
export type PlanAction = Plan["allow"][number];

/** A plan without its operations. Times are RFC 3339. */
export type Plan = wire.Plan;

/** lon, lat in degrees, WGS 84. */
export type Position = wire.Position;

export type MultiPolygon = wire.MultiPolygon;

/** One step of a plan, as the server takes it and gives it back. */
export type Operation = wire.Operation;

/** An operation with who made it and when; `n` counts from 1. */
export type HistoryEntry = wire.PlanEntry;

/** A plan with its operations in force, the first first; `undo` is what would be undone, `redo` what would be done again. */
export type PlanWithHistory = wire.PlanDetail;

/** Something wrong with a plan, and where. `areas` are `kind:code`. */
export type PlanProblem = wire.PlanProblem;

/** What an area of a plan is called, belongs to and holds. */
export type PlanAreaProperties = Omit<AreaProperties, "revision" | "from_revision" | "synthetic" | "staffing">;

/** An area with its shape, as GET /api/v1/areas/{kind} lists it. */
export interface PlanFeature {
  type: "Feature";
  geometry: MultiPolygon;
  properties: PlanAreaProperties;
}

/** An area that an operation changed. `before` is null for a new one, geometry for one that is gone; `id` is `kind:code`. */
export type ChangedArea = Omit<wire.ChangedArea, "properties"> & { properties: PlanAreaProperties };

/** The answer to an operation, an undo (`operation` is what was undone), a redo or a rebase. */
export type OperationAnswer = Omit<wire.PlanChange, "changed"> & { changed: ChangedArea[] };

export interface CheckAnswer {
  etag: string;
  errors: PlanProblem[];
  warnings: PlanProblem[];
}

/** What live tallies are reckoned from. Positions are in 1e-7 degrees; the lists of each group run side by side. */
export type Basis = wire.Basis;

export type Seat = wire.SeatShort;

/** What an area holds, in an impact. */
export type LoadNumbers = wire.GridCount;

export type PersonNumbers = wire.PersonCount;

export type Spread = wire.Spread;

export type Spreads = wire.Spreads;

/** What a plan would do to people and work. Areas are `kind:code`, null outside all. */
export type Impact = wire.Impact;

/** A published set of boundaries, as planners see it. */
export type PlanRevision = wire.Revision;

/** The answer to a publish: the revision it became, or the plan alone where it is scheduled. */
export type PublishAnswer = wire.Published;

/** One side of a comparison: `revision:3` or `plan:ID`. */
export type Side = `revision:${number}` | `plan:${string}`;

export type ComparedArea = wire.ComparedArea;

export type ComparedChange = wire.ComparedChange;

/** What differs between two sets of boundaries: a feature per stretch of land that changed hands, and the areas. */
export type Comparison = wire.Comparison;
