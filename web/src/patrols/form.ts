import type { Member, NewPatrol, Patrol } from "../api/patrols";
import type { NamedArea } from "../api/people";
import { formatLocal } from "../plans/when";
import { daysBetween, isDay, mostDays, spanOn } from "./days";

/** How many may walk together. */
export const mostMembers = 5;

/** What has been filled in about a patrol. Days and times are by the clock of the district. */
export interface Form {
  area: NamedArea | null;
  team: readonly Member[];
  day: string;
  start: string;
  end: string;
  /** The patrol is repeated until a day, on some days of the week, Monday first. */
  repeat: boolean;
  until: string;
  weekdays: readonly boolean[];
  /** Ids; null for those that are due when it takes place. */
  checkpoints: readonly string[] | null;
  note: string;
}

const everyDay: readonly boolean[] = [true, true, true, true, true, true, true];

/** Gives the form of a new patrol: the next full hour of a day, for two hours. */
export function freshForm(area: NamedArea | null, day: string, now: number, zone: string): Form {
  const soon = formatLocal(now + 3_600_000, zone);
  const sameDay = soon.slice(0, 10) === day;
  const hour = sameDay ? Number(soon.slice(11, 13)) : 8;
  const time = (h: number) => `${String(h % 24).padStart(2, "0")}:00`;
  return { area, team: [], day, start: time(hour), end: time(hour + 2), repeat: false, until: day, weekdays: everyDay, checkpoints: null, note: "" };
}

/** Gives the form of a patrol that is to be changed. */
export function formOf(p: Patrol, zone: string): Form {
  const start = formatLocal(Date.parse(p.planned_start), zone);
  const end = formatLocal(Date.parse(p.planned_end), zone);
  const day = start.slice(0, 10);
  return { area: p.area, team: p.team, day, start: start.slice(11), end: end.slice(11), repeat: false, until: day, weekdays: everyDay, checkpoints: (p.checkpoints ?? []).map((c) => c.id), note: p.note ?? "" };
}

/** What of a form stands against it, by the key of its text; null where nothing does. */
export type FormFault = "needArea" | "needTime" | "manyMembers" | "noDays" | "manyDays";

/** Gives the days of a form. */
export function daysOf(f: Form): string[] {
  if (!isDay(f.day)) return [];
  if (!f.repeat) return [f.day];
  return isDay(f.until) ? daysBetween(f.day, f.until, f.weekdays) : [];
}

/** Says what is missing or wrong. */
export function faultOf(f: Form, zone: string): FormFault | null {
  if (f.area === null) return "needArea";
  if (f.team.length > mostMembers) return "manyMembers";
  if (!isDay(f.day) || spanOn(f.day, f.start, f.end, zone) === null) return "needTime";
  const days = daysOf(f);
  if (days.length === 0) return "noDays";
  return days.length > mostDays ? "manyDays" : null;
}

/** Gives the patrols that a form asks for, one for each day; none while it has a fault. */
export function patrolsOf(f: Form, zone: string): NewPatrol[] {
  if (f.area === null || faultOf(f, zone) !== null) return [];
  const area = { kind: f.area.kind, code: f.area.code };
  const note = f.note.trim();
  return daysOf(f).flatMap((day) => {
    const span = spanOn(day, f.start, f.end, zone);
    if (span === null) return [];
    return [{ area, planned_start: span.from, planned_end: span.to, ...(f.team.length === 0 ? {} : { team: f.team.map((m) => m.person) }), ...(f.checkpoints === null ? {} : { checkpoints: [...f.checkpoints] }), ...(note === "" ? {} : { note }) }];
  });
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join() === [...b].sort().join();
}

/** Gives what a form changes of a patrol; null where it changes nothing or has a fault. */
export function changeOf(f: Form, p: Patrol, zone: string): Partial<Omit<NewPatrol, "area">> | null {
  const [next] = patrolsOf({ ...f, repeat: false }, zone);
  if (next === undefined) return null;
  const team = f.team.map((m) => m.person);
  const change: Partial<Omit<NewPatrol, "area">> = {
    ...(Date.parse(next.planned_start) === Date.parse(p.planned_start) ? {} : { planned_start: next.planned_start }),
    ...(Date.parse(next.planned_end) === Date.parse(p.planned_end) ? {} : { planned_end: next.planned_end }),
    ...(same(team, p.team.map((m) => m.person)) ? {} : { team }),
    ...(f.checkpoints === null || same(f.checkpoints, (p.checkpoints ?? []).map((c) => c.id)) ? {} : { checkpoints: [...f.checkpoints] }),
    ...(f.note.trim() === (p.note ?? "") ? {} : { note: f.note.trim() }),
  };
  return Object.keys(change).length === 0 ? null : change;
}
