import { get } from "./client";
import type * as wire from "./schema.gen";

/** The states of a report. */
export const statuses = ["reported", "verified", "dispatched", "accepted", "returned", "handled", "closed", "rejected", "parked", "duplicate"] as const;
export type Status = wire.ReportStatus;

/** The states in which somebody still has something to do. */
export const openStatuses: readonly Status[] = ["reported", "verified", "dispatched", "accepted", "returned", "parked"];

/** What can be done to a report. */
export type EventType = wire.EventType;

/** A photo of a report: where it is, and its size in pixels. */
export type PhotoLink = wire.Photo;

/** What was done to a report, as far as the caller may know. */
export type HistoryEntry = wire.ReportEvent;

/** A report as far as the caller may see it. Times are RFC 3339, UTC. */
export type ReportProperties = wire.ReportProperties;

/** A report, a GeoJSON Feature at its place. */
export type Report = wire.Report;

/** A kind of report, with its names and time limits in hours. */
export type Category = wire.Category;

let known: Promise<Category[]> | null = null;

/** Gives the kinds of report, in the order of the server. They are asked for once. */
export function categories(): Promise<Category[]> {
  known ??= get<Category[]>("/api/v1/categories").catch((e: unknown) => {
    known = null;
    throw e;
  });
  return known;
}
