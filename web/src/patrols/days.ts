import { formatLocal, parseLocal } from "../plans/when";

/** The longest that a patrol may be planned for, in milliseconds. */
export const longestMs = 24 * 3_600_000;
/** How many patrols can be planned at once. */
export const mostDays = 62;

/** Gives the day (YYYY-MM-DD) that lies so many days after another. */
export function addDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
}

/** Reports whether a text is a day of the calendar. */
export function isDay(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && addDays(text, 0) === text;
}

/** Gives the day of an instant by the clock of a zone. */
export function dayOf(at: number, zone: string): string {
  return formatLocal(at, zone).slice(0, 10);
}

/** Gives where a day begins and where the next one does, by the clock of a zone. */
export function boundsOf(day: string, zone: string): { from: string; to: string } {
  const at = (d: string) => parseLocal(`${d}T00:00`, zone)?.toISOString() ?? "";
  return { from: at(day), to: at(addDays(day, 1)) };
}

/** The day of the week, 0 for Monday. */
function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** Gives the days from one to another, both included, that fall on chosen days of the week; no more than may be planned at once, and one. */
export function daysBetween(first: string, last: string, weekdays: readonly boolean[]): string[] {
  const days: string[] = [];
  for (let day = first; day <= last && days.length <= mostDays; day = addDays(day, 1)) {
    if (weekdays[weekday(day)] === true) days.push(day);
  }
  return days;
}

/** Gives the instants of a time of day to another on a day (HH:MM); an end that is not after the start is on the next day. Null where they cannot be read. */
export function spanOn(day: string, start: string, end: string, zone: string): { from: string; to: string } | null {
  const from = parseLocal(`${day}T${start}`, zone);
  const to = parseLocal(`${end > start ? day : addDays(day, 1)}T${end}`, zone);
  return from === null || to === null ? null : { from: from.toISOString(), to: to.toISOString() };
}
