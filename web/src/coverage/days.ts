/** Days since the last visit, from `from` to `to`, both included; without `to` and more. */
export interface DayClass {
  from: number;
  to: number | null;
}

/** The classes of the map and the table: of today and yesterday, of a few days, a week, two, and longer. */
export const dayClasses: readonly DayClass[] = [
  { from: 0, to: 1 },
  { from: 2, to: 3 },
  { from: 4, to: 7 },
  { from: 8, to: 14 },
  { from: 15, to: null },
];

/** Gives the class of a number of days. */
export function dayClass(days: number): number {
  const i = dayClasses.findIndex((c) => c.to !== null && days <= c.to);
  return i < 0 ? dayClasses.length - 1 : i;
}

/** Gives the moment a day (such as 2026-09-30) begins by the clock of a place; NaN for none. */
export function startOf(day: string, timeZone: string): number {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return NaN;
  const guess = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(guess)) return NaN;
  const ahead = (then: number) => {
    const parts = new Intl.DateTimeFormat("en-GB", { timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).formatToParts(then);
    const of = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
    return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - then;
  };
  return guess - ahead(guess - ahead(guess));
}

/** Gives the day of a moment by the clock of a place, such as 2026-09-30. */
export function dayOf(then: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(then);
  const of = (type: string) => parts.find((p) => p.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}`;
}
