import { openStatuses, type Report, type Status } from "../api/reports";

/** Where the time limit of a report stands. */
export type Urgency = "overdue" | "today" | "later" | "none";

/** The urgencies in the order of a list. */
export const urgencies: readonly Urgency[] = ["overdue", "today", "later", "none"];

/** What colour and mark a report has. */
export type Look = "overdue" | "open" | "done";

/** Reports whether somebody still has something to do. */
export function isOpen(status: Status): boolean {
  return openStatuses.includes(status);
}

/** The clock of the district runs eight hours before UTC, without summer time. */
const ahead = 8 * 3_600_000;
const day = 86_400_000;

/** Gives the number of the day of a time by the district's calendar. */
function dayOf(at: number): number {
  return Math.floor((at + ahead) / day);
}

/** Says where a time limit stands at a moment; both are milliseconds, and the limit null where there is none. */
export function urgencyOf(due: number | null, now: number): Urgency {
  if (due === null || Number.isNaN(due)) return "none";
  if (due < now) return "overdue";
  return dayOf(due) === dayOf(now) ? "today" : "later";
}

/** Gives the limit of a report in milliseconds: null where it has none or nobody has to do anything. */
export function dueOf(report: Report): number | null {
  const { due_at: due, status } = report.properties;
  return due === null || !isOpen(status) ? null : Date.parse(due);
}

/** Gives the look of a report at a moment. */
export function lookOf(report: Report, now: number): Look {
  if (!isOpen(report.properties.status)) return "done";
  return urgencyOf(dueOf(report), now) === "overdue" ? "overdue" : "open";
}

/** How long something takes or has taken, in its largest whole unit. */
export interface Span {
  n: number;
  unit: "minute" | "hour" | "day";
}

/** Gives the length of a time in milliseconds as people say it: days from two days on, hours from two hours on. */
export function spanOf(ms: number): Span {
  const minutes = Math.max(1, Math.floor(Math.abs(ms) / 60_000));
  if (minutes < 120) return { n: minutes, unit: "minute" };
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? { n: hours, unit: "hour" } : { n: Math.floor(hours / 24), unit: "day" };
}

/** Orders by time limit, the earliest first; those without come last, and equal ones stand in the order they came in. */
export function byDue(a: Report, b: Report): number {
  const da = dueOf(a) ?? Infinity;
  const db = dueOf(b) ?? Infinity;
  if (da !== db) return da < db ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
