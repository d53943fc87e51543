import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { language } from "../i18n/i18n";
import { formatNumber } from "../units/format";
import type { Class } from "./breaks";
import { heatColours } from "./colours";
import { numbersOf } from "./frames";
import { shapes } from "./marks";
import { mode, strongest } from "./overlay";
import { cellKm2, states } from "./question";
import { readsAll, readsReports } from "./reader";
import { answer, classes, filter, frame, frames } from "./state";
import { t } from "./text";
import { windowOf } from "./words";

function useDark(): boolean {
  const media = matchMedia("(prefers-color-scheme: dark)");
  const dark = useSignal(media.matches);
  useEffect(() => {
    const change = () => (dark.value = media.matches);
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, []);
  return dark.value;
}

/** The numbers of a class; the last goes up to the largest there is. */
function classText(c: Class, largest: number): string {
  const to = c.to ?? Math.max(largest, c.from);
  const from = formatNumber(c.from, language.value);
  return to === c.from ? from : t("range", { from, to: formatNumber(to, language.value) });
}

function Hexagons({ dark, largest }: { dark: boolean; largest: number }): JSX.Element {
  const colours = heatColours(dark);
  return (
    <ul class="heat-classes">
      {!readsAll.value && (
        <li class="heat-few">
          <i style={{ background: colours.few }} />
          {t("fewer")}
        </li>
      )}
      {classes.value.map((c, i) => (
        <li key={c.from}>
          <i style={{ background: colours.ramp[i] }} />
          {classText(c, largest)}
        </li>
      ))}
    </ul>
  );
}

function Heat({ dark }: { dark: boolean }): JSX.Element {
  const { ramp } = heatColours(dark);
  return (
    <div class="heat-scale">
      <i style={{ background: `linear-gradient(to right, ${ramp.join(", ")})` }} />
      <p>
        <span>{t("few")}</span>
        <span>{t("many", { n: formatNumber(strongest.value, language.value) })}</span>
      </p>
    </div>
  );
}

function Marks({ dark }: { dark: boolean }): JSX.Element {
  const colours = heatColours(dark);
  return (
    <ul class="heat-marks">
      {states.filter((s) => s !== "overdue" || readsReports.value).map((s) => (
        <li key={s}>
          <svg viewBox="-1.2 -1.2 2.4 2.4" width="22" height="22" aria-hidden="true" focusable="false">
            <path d={shapes[s].outline} fill={colours[s]} />
            <path d={shapes[s].sign} fill="none" stroke={colours.mark} stroke-width="0.2" stroke-linecap="round" stroke-linejoin="round" />
          </svg>
          {t(s)}
        </li>
      ))}
    </ul>
  );
}

/** What the colours and marks on the map mean: one sentence, and the numbers. */
export function Legend(): JSX.Element | null {
  const dark = useDark();
  const a = answer.value;
  if (a === null) return null;
  const when = windowOf(a.hotspots, frames.value[frame.value ?? -1], filter.value.time);
  const m = mode.value;
  const { resolution } = a.hotspots;
  const km2 = formatNumber(cellKm2[resolution] ?? 0, language.value, resolution > 7 ? 2 : 0);
  const sentence =
    m === "hexagons" ? t(dark ? "meaningHexDark" : "meaningHexLight", { km2, when })
    : m === "heat" ? t(dark ? "meaningHeatDark" : "meaningHeatLight", { n: strongest.value, when })
    : t(readsReports.value ? "meaningPointExact" : "meaningPoint", { when });
  return (
    <section class="heat-legend">
      <h3 class="visually-hidden">{t("legend")}</h3>
      {m === "hexagons" ? <Hexagons dark={dark} largest={Math.max(0, ...numbersOf(a.hotspots))} /> : m === "heat" ? <Heat dark={dark} /> : <Marks dark={dark} />}
      <p class="heat-meaning">{sentence}</p>
    </section>
  );
}
