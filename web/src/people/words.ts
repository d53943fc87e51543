import { ApiError } from "../api/client";
import type { NamedArea, Person } from "../api/people";
import { language, word } from "../i18n/i18n";
import { localeOf } from "../units/format";
import { zone } from "./state";
import { t } from "./text";

/** A post with its number, where there are several of it. */
export function seatName(post: string, number: number, several: boolean): string {
  return several ? t("seatNumber", { post: word(post), n: number }) : word(post);
}

/** The day of a time, by the calendar of the district. */
export function dayText(time: string): string {
  return new Intl.DateTimeFormat(localeOf(language.value), { year: "numeric", month: language.value === "zh" ? "long" : "short", day: "numeric", timeZone: zone.value }).format(Date.parse(time));
}

/** From when to when, in days. */
export function spanText(from: string, to: string | undefined): string {
  return to === undefined ? t("since", { from: dayText(from) }) : t("fromTo", { from: dayText(from), to: dayText(to) });
}

/** Somebody's name, or that it is not known. */
export function personName(p: Person): string {
  return p.name === undefined || p.name === "" ? t("noName") : p.name;
}

/** Areas by name, all of them. */
export function areaNames(areas: readonly NamedArea[]): string {
  return areas.map((a) => a.name).join(language.value === "zh" ? "、" : ", ");
}

/** What the server says is wrong with a change, as far as there are words for it. */
const faults: readonly [says: RegExp, key: Parameters<typeof t>[0]][] = [
  [/change before that is not possible/, "faultBefore"],
  [/holds the seat then/, "faultHolds"],
  [/another seat of this post/, "faultOther"],
  [/stands in for the seat then/, "faultDeputy"],
  [/on leave then already/, "faultLeave"],
  [/another person's/, "faultPhone"],
  [/is not after its start/, "faultOrder"],
  [/ends before that|began after that/, "faultOutside"],
  [/has ended already/, "faultEnded"],
  [/^somebody holds/, "faultHeld"],
  [/^nobody holds/, "faultVacant"],
  [/^there must be/, "faultLeast"],
  [/as many as there may be/, "faultMost"],
  [/serves it already/, "faultServed"],
  [/no such/, "faultGone"],
  [/too long|cannot be shown|more than/, "faultText"],
];

/** Says in words why a change was not made. */
export function refusal(e: unknown): string {
  if (!(e instanceof ApiError)) return t("away");
  if (e.type === "duties-changed") return t("faultChanged");
  if (e.type === "outside-scope" || e.trouble === "private") return t("mayNotChange");
  if (e.trouble === "missing") return t("faultGone");
  const wrong = e.problem?.errors[0];
  if (wrong !== undefined) {
    const time = /\d{4}-\d\d-\d\dT[\d:]+(\.\d+)?Z/.exec(wrong.detail)?.[0];
    const key = faults.find(([says]) => says.test(wrong.detail))?.[1];
    if (key !== undefined) return t(key, time === undefined ? { time: "" } : { time: new Intl.DateTimeFormat(localeOf(language.value), { dateStyle: "medium", timeStyle: "short", timeZone: zone.value }).format(Date.parse(time)) });
  }
  if (e.trouble === "away" || e.trouble === "busy") return t(e.trouble === "busy" ? "busy" : "away");
  return language.value === "en" && wrong !== undefined ? `${t("faultAny")} ${wrong.detail}` : t("faultAny");
}
