import { t } from "./text";

/** How old a position is, in words: a phone's is told in seconds. */
export function ageText(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 10) return t("agoNow");
  if (s < 60) return t("agoSeconds", { n: s });
  if (s < 3600) return t("agoMinutes", { n: Math.floor(s / 60) });
  return t("agoHours", { n: Math.floor(s / 3600) });
}
