import { language, t } from "../i18n/i18n";
import { formatDistance } from "../units/format";

/** A distance in words of the page's language. */
export function distance(m: number): string {
  const { value, unit } = formatDistance(m, language.value);
  return t(unit === "m" ? "metres" : "kilometres", { n: value });
}
