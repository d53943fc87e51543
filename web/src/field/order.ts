import { byDue, dueOf, isOpen, urgencies, urgencyOf, type Urgency } from "../case/due";
import type { Report, Status } from "../api/reports";
import type { Kind, Ref } from "../api/types";

/** The states one can narrow to: single ones, or several that mean one thing to whoever works. */
export const stateFilters = ["open", "new", "accepted", "returned", "handled"] as const;
export type StateFilter = (typeof stateFilters)[number];

/** What is shown of what there is. */
export interface Filter {
  state: StateFilter;
  category: string | null;
  area: Ref | null;
  urgency: "overdue" | "today" | null;
}

/** Reports that come after each other because their limits are alike. */
export interface Group {
  urgency: Urgency;
  reports: Report[];
}

/** The states in which nobody has taken a report on yet. */
const untaken: readonly Status[] = ["reported", "verified", "dispatched"];

/** Reports whether nobody has taken the report on yet. */
export function isNew(status: Status): boolean {
  return untaken.includes(status);
}

function inState(status: Status, f: StateFilter): boolean {
  if (f === "open") return isOpen(status);
  if (f === "new") return isNew(status);
  return status === f;
}

/** Reports whether a report lies in an area. */
function liesIn(r: Report, area: Ref): boolean {
  return r.properties.areas[area.kind]?.code === area.code;
}

/** Reports whether a filter lets a report through at a moment. */
export function passes(r: Report, f: Filter, now: number): boolean {
  const { status, category } = r.properties;
  return (
    inState(status, f.state) &&
    (f.category === null || category === f.category) &&
    (f.area === null || liesIn(r, f.area)) &&
    (f.urgency === null || urgencyOf(dueOf(r), now) === f.urgency)
  );
}

/** Gives what a filter lets through by time limit, in groups without empty ones: overdue, today, later, without limit. */
export function arrange(reports: Iterable<Report>, f: Filter, now: number): Group[] {
  const groups = new Map<Urgency, Report[]>(urgencies.map((u) => [u, []]));
  for (const r of reports) if (passes(r, f, now)) groups.get(urgencyOf(dueOf(r), now))?.push(r);
  return [...groups].filter(([, of]) => of.length > 0).map(([urgency, of]) => ({ urgency, reports: of.sort(byDue) }));
}

/** How many open reports need what. */
export interface Tally {
  open: number;
  overdue: number;
  today: number;
  new: number;
}

/** Counts the open reports of an area, or of all. */
export function tally(reports: Iterable<Report>, area: Ref | null, now: number): Tally {
  const t: Tally = { open: 0, overdue: 0, today: 0, new: 0 };
  for (const r of reports) {
    if (!isOpen(r.properties.status) || (area !== null && !liesIn(r, area))) continue;
    t.open++;
    const u = urgencyOf(dueOf(r), now);
    if (u === "overdue" || u === "today") t[u]++;
    if (isNew(r.properties.status)) t.new++;
  }
  return t;
}

const places: readonly Kind[] = ["compound", "village_group", "grid", "village", "township", "district"];

/** Gives the smallest area of a report that says where it is: the grid, or else what there is. */
export function placeOf(r: Report): string {
  const { areas } = r.properties;
  if (areas.grid !== null) return (areas.compound ?? areas.village_group ?? areas.grid).name;
  for (const k of places) {
    const a = areas[k];
    if (a !== null) return a.name;
  }
  return "";
}
