import type { JSX } from "preact";
import { language } from "../i18n/i18n";
import { formatNumber } from "../units/format";
import { Counts, Rates, Standings } from "./classes";
import { km2Of } from "./frames";
import { How } from "./how";
import { Watched } from "./watched";
import { shapes } from "./marks";
import { mode, strongest } from "./overlay";
import { states } from "./question";
import { readsReports } from "./reader";
import { answer, classes, coloured, exposure, filter, frame, frames } from "./state";
import { t } from "./text";
import { size, windowOf } from "./words";

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

/** A sentence in the words of light or dark surroundings. */
function Meaning({ of }: { of: (dark: boolean) => string }): JSX.Element {
  return (
    <p class="heat-meaning">
      <span class="on-light">{of(false)}</span>
      <span class="on-dark">{of(true)}</span>
    </p>
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
  const { by } = coloured.value;
  const [first] = a.hotspots.features;
  const km2 = first === undefined ? "" : size(km2Of(first));
  const hexagons = (dark: boolean) =>
    by === "significance" ? t("meaningSignificance", { km2, when })
    : by === "rate" && exposure.value === "patrol_hour" ? t(dark ? "meaningPerHourDark" : "meaningPerHourLight", { km2, when })
    : by === "rate" ? t(dark ? "meaningRateDark" : "meaningRateLight", { km2, when })
    : t(dark ? "meaningHexDark" : "meaningHexLight", { km2, when });
  const sentence = (dark: boolean) =>
    m === "hexagons" ? hexagons(dark)
    : m === "heat" ? t(dark ? "meaningHeatDark" : "meaningHeatLight", { n: strongest.value, when })
    : t(readsReports.value ? "meaningPointExact" : "meaningPoint", { when });
  // Close up, marks lie on the hexagons of rates and significance, and on none of counts.
  const Colours = by === "rate" ? Rates : by === "significance" ? Standings : Counts;
  const saysSomething = by === "count" || (by === "rate" ? classes.value.length > 0 : Boolean(a.hotspots.analysis));
  return (
    <section class="heat-legend">
      <h3 class="visually-hidden">{t("legend")}</h3>
      {m === "heat" ? <Heat /> : (m === "hexagons" || by !== "count") && <Colours of={a.hotspots} />}
      {m === "points" && by !== "count" && saysSomething && <Meaning of={hexagons} />}
      {m === "points" && <Marks />}
      {(m !== "hexagons" || saysSomething) && <Meaning of={sentence} />}
      {m === "hexagons" && <Watched of={a.hotspots} />}
      {saysSomething && <How of={a.hotspots} />}
    </section>
  );
}
