import { get } from "./client";
import type { AreaName, Assignee, Kind } from "./types";

/** The states of a report. */
export const statuses = ["reported", "verified", "dispatched", "accepted", "returned", "handled", "closed", "rejected", "parked", "duplicate"] as const;
export type Status = (typeof statuses)[number];

/** The states in which somebody still has something to do. */
export const openStatuses: readonly Status[] = ["reported", "verified", "dispatched", "accepted", "returned", "parked"];

/** What can be done to a report. */
export type EventType = "verify" | "file" | "reject" | "dispatch" | "accept" | "return" | "handle" | "handle_on_spot" | "check_pass" | "check_fail" | "close" | "extend" | "park" | "unpark" | "merge" | "move" | "reopen" | "comment";

/** A photo of a report: where it is, and its size in pixels. */
export interface PhotoLink {
  number: number;
  href: string;
  width: number;
  height: number;
}

/** What was done to a report, as far as the caller may know. */
export interface HistoryEntry {
  seq: number;
  type: string;
  at: string;
  /** When it was done by the clock of who did it. */
  occurred_at?: string;
  /** The role of whoever did it. */
  by: string;
  actor?: string;
  from?: Status;
  to: Status;
  note?: string;
  photos?: PhotoLink[];
}

/** A report as far as the caller may see it. Times are RFC 3339, UTC. */
export interface ReportProperties {
  id: string;
  status: Status;
  category: string;
  description?: string;
  areas: Record<Kind, AreaName | null>;
  assignees: (Assignee & { lead?: boolean })[];
  due_at: string | null;
  hard_due_at?: string;
  overdue: boolean;
  revision: number;
  created_at: string;
  updated_at: string;
  observed_at?: string;
  accuracy_m?: number;
  version: number;
  /** Who reported left a name or a phone. */
  has_contact?: boolean;
  photos?: PhotoLink[];
  /** What the caller may do to it now. */
  allow?: EventType[];
  history?: HistoryEntry[];
  /** How it was routed; only of one report that was asked for by itself. */
  routing?: { edge_distance_m: number };
  follow_secret?: string;
  synthetic?: boolean;
}

/** A report, a GeoJSON Feature at its place. */
export interface Report {
  type: "Feature";
  id: string;
  geometry: { type: "Point"; coordinates: [number, number] };
  properties: ReportProperties;
}

/** A kind of report, with its names and time limits in hours. */
export interface Category {
  code: string;
  name: string;
  name_en: string;
  group: string;
  lead_post: string;
  target_hours: number;
  hard_hours: number;
  /** The hours are those of the clock; otherwise working hours. */
  around_clock: boolean;
}

let known: Promise<Category[]> | null = null;

/** Gives the kinds of report, in the order of the server. They are asked for once. */
export function categories(): Promise<Category[]> {
  known ??= get<Category[]>("/api/v1/categories").catch((e: unknown) => {
    known = null;
    throw e;
  });
  return known;
}
