import type { Patrol } from "../api/patrols";
import { language } from "../i18n/i18n";
import { localeOf } from "../units/format";
import { dateOf } from "./here";
import { now } from "./now";
import { t } from "./text";

const zone = "Asia/Shanghai";

/** The time of day of a moment, by the clock of the district. */
export function clock(at: number | string): string {
  return new Intl.DateTimeFormat(localeOf(language.value), { hour: "2-digit", minute: "2-digit", timeZone: zone, hourCycle: "h23" }).format(typeof at === "string" ? Date.parse(at) : at);
}

/** The day of a moment in words: today, tomorrow, or its date. */
export function dayWord(at: number): string {
  const day = dateOf(at);
  if (day === dateOf(now.value)) return t("today");
  if (day === dateOf(now.value + 86_400_000)) return t("tomorrow");
  return new Intl.DateTimeFormat(localeOf(language.value), { month: "short", day: "numeric", weekday: "short", timeZone: zone }).format(at);
}

/** When a patrol is planned: the day, and from when until when. */
export function planned(p: Patrol): string {
  const [from, to] = [Date.parse(p.planned_start), Date.parse(p.planned_end)];
  const end = dateOf(from) === dateOf(to) ? clock(to) : `${dayWord(to)} ${clock(to)}`;
  return `${dayWord(from)} ${clock(from)}–${end}`;
}

/** A length of time as people say it, from milliseconds. */
export function lasted(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? t("minutes", { n: minutes }) : t("hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
}

/** Writes names one after the other, in the manner of the language. */
export function joined(names: readonly string[]): string {
  return names.join(language.value === "zh" ? "、" : ", ");
}
