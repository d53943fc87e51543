import type { JSX } from "preact";
import type { Handover, Outcome, Person } from "../api/people";
import { language, word } from "../i18n/i18n";
import { Name } from "../ui/name";
import { formatNumber } from "../units/format";
import type { Asking, Form } from "./asking";
import { parseLocal } from "../plans/when";
import { zone } from "./state";
import { t } from "./text";
import { areaNames, personName } from "./words";

/** How many lines of one sort are shown. */
const most = 6;

/** Who answers, or that the level above does. */
export function answerer(p: Person | null | undefined): string {
  return p === null || p === undefined || (p.name === "" && /^0{8}-/.test(p.id)) ? t("levelAbove") : personName(p);
}

function line(h: Handover): string {
  const where = h.seat.committee?.name ?? areaNames(h.seat.areas);
  return t("handsOver", { post: word(h.seat.post), where, from: answerer(h.from), to: answerer(h.to) });
}

/** What a change would make: who is relieved, who answers from then on, how many reports go over, what becomes vacant. */
export function Consequences({ about: a, form: f, of: o }: { about: Asking; form: Form; of: Outcome }): JSX.Element {
  const later = f.from !== "" && (parseLocal(f.from, zone.value)?.getTime() ?? 0) > Date.now();
  const relieved = a.type === "appoint" && a.seat.holder !== undefined ? personName(a.seat.holder) : null;
  const vacancies = o.vacancies.filter(() => a.type !== "remove_body");
  const lines: string[] = [
    ...(relieved === null ? [] : [t("isRelieved", { name: relieved })]),
    ...o.handovers.slice(0, most).map(line),
    ...(o.handovers.length > most ? [t("andMore", { n: o.handovers.length - most })] : []),
    ...(o.reports_moved > 0 ? [t("reportsMove", { n: formatNumber(o.reports_moved, language.value) })] : o.handovers.length > 0 ? [t("noReportsMove")] : []),
    ...(later && ["appoint", "relieve", "deputise", "leave"].includes(a.type) ? [t("onlyThen")] : []),
    ...vacancies.slice(0, most).map((v) => t("becomesVacant", { post: word(v.post), where: v.committee?.name ?? areaNames(v.areas) })),
    ...(vacancies.length > most ? [t("andMore", { n: vacancies.length - most })] : []),
  ];
  return (
    <>
      <h3>{t("consequences")}</h3>
      {lines.length === 0 ? (
        <p>{t("nothingElse")}</p>
      ) : (
        <ul>
          {lines.map((l) => (
            <li key={l}>
              <Name of={l} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
