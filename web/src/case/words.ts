import { language } from "../i18n/i18n";
import { localeOf } from "../units/format";
import { spanOf, urgencyOf, type Span } from "./due";
import { t } from "./text";

const zone = "Asia/Shanghai";

/** The length of a time in words. */
function spanText({ n, unit }: Span): string {
  return t(unit, { n });
}

/** A time limit in words: how long it is past, or until when. Milliseconds; null without one. */
export function dueText(due: number | null, now: number): string {
  if (due === null) return t("noLimit");
  const locale = localeOf(language.value);
  switch (urgencyOf(due, now)) {
    case "overdue":
      return t("overdueBy", { span: spanText(spanOf(now - due)) });
    case "today":
      if (due - now < 2 * 3_600_000) return t("dueIn", { span: spanText(spanOf(due - now)) });
      return t("dueToday", { time: new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: zone }).format(due) });
    default:
      return t("dueOn", { day: new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", timeZone: zone }).format(due) });
  }
}
