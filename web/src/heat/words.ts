import type { Counted, Frame } from "../api/hotspots";
import { language } from "../i18n/i18n";
import { formatNumber, localeOf } from "../units/format";
import { isStep, type Filter } from "./question";
import { readsAll, readsReports } from "./reader";
import { exposure, timeZone } from "./state";
import { t } from "./text";
import { leastHours, leastHouseholds } from "./values";

/** A number of reports in words. */
export function howMany(n: Counted): string {
  return n === null ? t("totalHidden") : t("total", { n: formatNumber(n, language.value) });
}

/** A number of reports per 1,000 households: three figures say enough. */
export function rate(n: number): string {
  return formatNumber(n, language.value, n < 10 ? 2 : n < 100 ? 1 : 0);
}

/** A size in km², without the unit. */
export function size(km2: number): string {
  return formatNumber(km2, language.value, km2 < 1 ? 2 : km2 < 10 ? 1 : 0);
}

/** A z-score, with its sign. */
export function zScore(z: number): string {
  return new Intl.NumberFormat(localeOf(language.value), { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" }).format(z).replace("-", "−");
}

/** A p-value, in two figures. */
export function pValue(p: number): string {
  return p < 0.0001 ? "< 0.0001" : formatNumber(Number(p.toPrecision(2)), language.value, 6);
}

/** Why a hexagon has no rate. */
export function noRate(): string {
  return exposure.value === "patrol_hour" ? t("noRateHours", { n: leastHours }) : t("noRate", { n: leastHouseholds });
}

/** Why there are neither rates nor statistics. */
export function noFigures(): string {
  return t(readsReports.value && !readsAll.value ? "statsPart" : "statsNone");
}

function written(then: number, how: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(localeOf(language.value), { ...how, timeZone: timeZone.value }).format(then);
}

function yearOf(then: number): string {
  return written(then, { year: "numeric" });
}

/** Days, without their years where those are this year. */
function daysOf(...then: number[]): string[] {
  const thisYear = yearOf(Date.now());
  const year: Intl.DateTimeFormatOptions = then.every((d) => yearOf(d) === thisYear) ? {} : { year: "numeric" };
  return then.map((d) => written(d, { month: language.value === "zh" ? "long" : "short", day: "numeric", ...year }));
}

/** A day, without its year where that is this one. */
export function day(then: number): string {
  return daysOf(then)[0] ?? "";
}

/** The time from one moment to another, which it leaves out, in words. */
export function stretch(from: string, to: string): { from: string; to: string } {
  const [first = "", last = ""] = daysOf(Date.parse(from), Date.parse(to) - 1);
  return { from: first, to: last };
}

/** The time of a frame in words: the month, or from which day to which. */
export function whenOf(f: Frame, step: Filter["time"]): string {
  if (step === "month") return t("monthOf", { month: written(Date.parse(f.from), { year: "numeric", month: "long" }) });
  return t("weekOf", stretch(f.from, f.to));
}

/** The time that is counted, in words. */
export function windowOf(h: { from: string; to: string }, f: Frame | undefined, time: Filter["time"]): string {
  if (f !== undefined && isStep(time)) return whenOf(f, time);
  const n = Math.round((Date.parse(h.to) - Date.parse(h.from)) / 86_400_000);
  return t("daysUntil", { n, ...stretch(h.from, h.to) });
}
