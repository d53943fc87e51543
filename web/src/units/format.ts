import type { Language } from "../state/url";

const locales: Record<Language, string> = { zh: "zh-CN", en: "en-GB" };

/** Square metres of one mu (亩): a fifteenth of a hectare. */
export const mu = 10_000 / 15;

/** Gives the BCP 47 name of a language of the application. */
export function localeOf(language: Language): string {
  return locales[language];
}

/** Writes a number with thousands separators and at most `digits` decimals. */
export function formatNumber(n: number, language: Language, digits = 0): string {
  return new Intl.NumberFormat(locales[language], { maximumFractionDigits: digits }).format(n);
}

/** Rounds as much as a reader wants to know: three figures, fewer decimals for larger numbers. */
function digitsFor(n: number): number {
  if (n >= 100) return 0;
  return n >= 10 ? 1 : n >= 0.1 ? 2 : 3;
}

/** An area in both units, as numbers with separators; the words come with the language. */
export function formatArea(m2: number, language: Language): { km2: string; mu: string } {
  const km2 = m2 / 1e6;
  return { km2: formatNumber(km2, language, digitsFor(km2)), mu: formatNumber(m2 / mu, language) };
}

/** A distance in metres below a kilometre, in kilometres from there on. */
export function formatDistance(m: number, language: Language): { value: string; unit: "m" | "km" } {
  if (m < 10) return { value: formatNumber(m, language, 1), unit: "m" };
  if (Math.round(m) < 1000) return { value: formatNumber(Math.round(m), language), unit: "m" };
  const km = m / 1000;
  return { value: formatNumber(km, language, km < 10 ? 1 : 0), unit: "km" };
}

/** A position as people read it out: latitude, longitude, to a metre. */
export function formatPosition(lon: number, lat: number): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365.2425 * 86_400],
  ["month", 30.436875 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** Says how long ago a time was, in its largest whole unit. Both are milliseconds. */
export function formatAgo(then: number, now: number, language: Language): string {
  const format = new Intl.RelativeTimeFormat(locales[language], { numeric: "auto" });
  const seconds = (now - then) / 1000;
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return format.format(-Math.trunc(seconds / length), unit);
  }
  return format.format(0, "minute");
}

/** Writes a time exactly, by the clock of the district. */
export function formatExact(then: number, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], { dateStyle: "long", timeStyle: "short", timeZone: "Asia/Shanghai" }).format(then);
}

/** Writes the day of a time, by the calendar of the district. */
export function formatDay(then: number, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], { dateStyle: "medium", timeZone: "Asia/Shanghai" }).format(then);
}
