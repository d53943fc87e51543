import { language } from "../i18n/i18n";
import { formatNumber } from "../units/format";
import { dayClasses } from "./days";
import { t } from "./text";

/** A number with some decimals. */
export const number = (n: number, digits = 0): string => formatNumber(n, language.value, digits);

/** Square metres in km², with as many decimals as say something. */
export function km2(m2: number): string {
  const n = m2 / 1e6;
  return number(n, n < 0.1 ? 3 : n < 10 ? 2 : n < 100 ? 1 : 0);
}

/** A share (0 to 1) as a percentage. */
export function percent(share: number): string {
  return t("percent", { n: number(100 * share, share < 0.1 ? 1 : 0) });
}

/** How long ago the last visit was. */
export function daysAgo(days: number | null): string {
  return days === null ? t("never") : days === 0 ? t("today") : t("daysAgo", { n: number(days) });
}

/** A class of days in words. */
export function classText(i: number): string {
  const c = dayClasses[i];
  return c === undefined ? "" : c.to === null ? t("more", { from: c.from }) : t("range", { from: c.from, to: c.to });
}
