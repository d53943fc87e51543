import type { JSX } from "preact";
import { language } from "../i18n/i18n";
import { formatNumber } from "../units/format";
import type { Class } from "./breaks";
import { numbersOf } from "./frames";
import { shapes } from "./marks";
import { mode, strongest } from "./overlay";
import { cellKm2, states } from "./question";
import { readsAll, readsReports } from "./reader";
import { answer, classes, filter, frame, frames } from "./state";
import { t } from "./text";
import { windowOf } from "./words";

/** The numbers of a class; the last goes up to the largest there is. */
function classText(c: Class, largest: number): string {
  const to = c.to ?? Math.max(largest, c.from);
  const from = formatNumber(c.from, language.value);
  return to === c.from ? from : t("range", { from, to: formatNumber(to, language.value) });
}

function Hexagons({ largest }: { largest: number }): JSX.Element {
  return (
    <ul class="heat-classes">
      {!readsAll.value && (
        <li class="heat-few">
          <i style={{ background: "var(--heat-few)" }} />
          {t("fewer")}
        </li>
      )}
      {classes.value.map((c, i) => (
        <li key={c.from}>
          <i style={{ background: `var(--heat-${i})` }} />
          {classText(c, largest)}
        </li>
      ))}
    </ul>
  );
}

function Heat(): JSX.Element {
  return (
    <div class="heat-scale">
      <i class="heat-ramp" />
      <p>
        <span>{t("few")}</span>
        <span>{t("many", { n: formatNumber(strongest.value, language.value) })}</span>
      </p>
    </div>
  );
}

function Marks(): JSX.Element {
  return (
    <ul class="heat-marks">
      {states.filter((s) => s !== "overdue" || readsReports.value).map((s) => (
        <li key={s}>
          <svg viewBox="-1.2 -1.2 2.4 2.4" width="22" height="22" aria-hidden="true" focusable="false">
            <path d={shapes[s].outline} fill={`var(--heat-${s})`} />
            <path d={shapes[s].sign} fill="none" stroke="var(--heat-mark)" stroke-width="0.2" stroke-linecap="round" stroke-linejoin="round" />
          </svg>
          {t(s)}
        </li>
      ))}
    </ul>
  );
}

/**
 * What the colours and marks on the map mean: one sentence, and the numbers.
 * The style sheet has the colours, which on paper are those of light
 * surroundings whatever the screen has.
 */
export function Legend(): JSX.Element | null {
  const a = answer.value;
  if (a === null) return null;
  const when = windowOf(a.hotspots, frames.value[frame.value ?? -1], filter.value.time);
  const m = mode.value;
  const { resolution } = a.hotspots;
  const km2 = formatNumber(cellKm2[resolution] ?? 0, language.value, resolution > 7 ? 2 : 0);
  const sentence = (dark: boolean) =>
    m === "hexagons" ? t(dark ? "meaningHexDark" : "meaningHexLight", { km2, when })
    : m === "heat" ? t(dark ? "meaningHeatDark" : "meaningHeatLight", { n: strongest.value, when })
    : t(readsReports.value ? "meaningPointExact" : "meaningPoint", { when });
  return (
    <section class="heat-legend">
      <h3 class="visually-hidden">{t("legend")}</h3>
      {m === "hexagons" ? <Hexagons largest={Math.max(0, ...numbersOf(a.hotspots))} /> : m === "heat" ? <Heat /> : <Marks />}
      <p class="heat-meaning">
        <span class="on-light">{sentence(false)}</span>
        <span class="on-dark">{sentence(true)}</span>
      </p>
    </section>
  );
}
