import type { JSX } from "preact";
import type { Hotspots } from "../api/hotspots";
import { language } from "../i18n/i18n";
import { formatNumber } from "../units/format";
import { coloured, exposure } from "./state";
import { t } from "./text";
import { leastHours, leastHouseholds } from "./values";
import { pValue } from "./words";

/** How the colours are reckoned, and what may be concluded: folded, for who wants to know. */
export function How({ of }: { of: Hotspots }): JSX.Element {
  const { by } = coloured.value;
  const a = of.analysis;
  const number = (n: number) => formatNumber(n, language.value, 1);
  return (
    <details class="heat-how">
      <summary>{t("how")}</summary>
      {by !== "significance" || !a ? (
        <p>{t(by !== "rate" ? "howCount" : exposure.value === "patrol_hour" ? "howPerHour" : "howRate")}</p>
      ) : (
        <>
          <p>{t("howConclude")}</p>
          <p>
            {[
              t("howSignificance", { cells: number(a.cells), reports: number(a.reports), households: formatNumber(a.households, language.value), significant: number(a.significant), q: `${number(100 * a.q)}%` }),
              ...(a.significant > 0 ? [t("howThreshold", { p: pValue(a.p_threshold) })] : []),
              ...(a.suppressed_as === undefined ? [] : [t("howSuppressed", { n: number(a.suppressed_as) })]),
              ...(a.variable === "per_patrol_hour" ? [t("howHourCells", { n: leastHours, hours: number(a.patrol_hours ?? 0) })] : []),
              ...(a.variable === "rate" ? [t("howRateCells", { n: leastHouseholds })] : []),
            ].join(language.value === "zh" ? "" : " ")}
          </p>
        </>
      )}
    </details>
  );
}
