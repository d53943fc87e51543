import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { HotspotCell } from "../api/hotspots";
import { categories, type Category } from "../api/reports";
import { CategoryIcon } from "../case/categoryicon";
import { language, nameOf } from "../i18n/i18n";
import { can } from "../state/session";
import { linkTo, params, setParams } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { formatNumber } from "../units/format";
import { countOf, km2Of } from "./frames";
import { spots, type Spot } from "./overlay";
import { findPlaces, placeOf } from "./places";
import { analysisResolution, doneStatuses, type State } from "./question";
import { StandingText } from "./standing";
import { answer, coloured, exposure, filter, frame, frames } from "./state";
import { t } from "./text";
import { rateOf, standingOf, tooFew } from "./values";
import { WatchedText } from "./watched";
import { day, howMany, noRate, pValue, rate, size, windowOf, zScore } from "./words";

const atMost = 12;

function leave(): void {
  setParams({ cell: null });
  spots.value = [];
}

function Close(): JSX.Element {
  return (
    <button type="button" class="icon-button" aria-label={t("unchoose")} title={t("unchoose")} onClick={leave}>
      <Icon name="close" />
    </button>
  );
}

function stateOf(s: Spot): State {
  if (doneStatuses.some((d) => d === s.status)) return "done";
  return s.overdue === true ? "overdue" : "open";
}

/** What is known of a hexagon beside its number of reports; nothing where the server gives no more. */
function Facts({ cell }: { cell: HotspotCell }): JSX.Element {
  const { households, patrol_hours, watched, z_score, p_value, analysis_h3 } = cell.properties;
  const { analysis, resolution = analysisResolution } = answer.value?.hotspots ?? {};
  const standing = standingOf(cell);
  const r = rateOf(cell, frame.value);
  return (
    <>
      {standing !== null && (
        <p>
          <StandingText of={standing} what={exposure.value === "patrol_hour" ? "per_patrol_hour" : coloured.value.of} />
        </p>
      )}
      {watched === true && <WatchedText />}
      <dl class="heat-facts">
        {households !== undefined && (
          <>
            <dt>{t(exposure.value === "patrol_hour" ? "perHour" : "rate")}</dt>
            <dd>{r === null ? t("hidden") : r === undefined ? noRate() : rate(r)}</dd>
            <dt>{t("households")}</dt>
            <dd>{t("householdsAbout", { n: formatNumber(households, language.value, households < 10 ? 1 : 0) })}</dd>
          </>
        )}
        {patrol_hours !== undefined && (
          <>
            <dt>{t("patrolHours")}</dt>
            <dd>{t("hoursAbout", { n: formatNumber(patrol_hours, language.value, 1) })}</dd>
          </>
        )}
        {z_score !== undefined && (
          <>
            <dt>{t("z")}</dt>
            <dd>{zScore(z_score)}</dd>
          </>
        )}
        {p_value !== undefined && (
          <>
            <dt>{t("p")}</dt>
            <dd>{pValue(p_value)}</dd>
          </>
        )}
      </dl>
      {standing === "plain" && analysis && tooFew(analysis) && <p class="soft">{t("statsFew")}</p>}
      {standing !== null && analysis_h3 !== undefined && analysis_h3 !== cell.id && <p class="soft">{t("statsWithin", { km2: size(km2Of(cell) / 7 ** (analysisResolution - resolution)) })}</p>}
      {standing !== null && frame.value !== null && <p class="soft">{t("statsAllFrames")}</p>}
    </>
  );
}

/** The hexagon that was pointed at: how many, where, when, and what that is worth. */
function Hexagon(): JSX.Element | null {
  const cell = useComputed(() => answer.value?.hotspots.features.find((c) => c.id === params.value.cell));
  const c = cell.value;
  useEffect(() => {
    if (c !== undefined) void findPlaces([c]);
  }, [c?.id]);
  const a = answer.value;
  if (c === undefined || a === null) return null;
  const n = countOf(c, frame.value);
  const name = placeOf(c.id);
  return (
    <section class="heat-chosen" aria-label={t("chosen")}>
      <div role="status">
        <p class="heat-number">{n === 0 ? t("none") : howMany(n)}</p>
        <p>{name !== null && <Name of={name} />}</p>
        <p class="soft">{windowOf(a.hotspots, frames.value[frame.value ?? -1], filter.value.time)}</p>
        <Facts cell={c} />
      </div>
      <Close />
    </section>
  );
}

/** The reports at the place that was pointed at, newest first. */
function Spots(): JSX.Element {
  const all = useSignal<readonly Category[]>([]);
  useEffect(() => void categories().then((list) => (all.value = list), () => undefined), []);
  const list = spots.value;
  return (
    <section class="heat-chosen" aria-label={t("spot")}>
      <div role="status">
        <p class="heat-number">{t("spotCount", { n: formatNumber(list.length, language.value) })}</p>
        <ul class="heat-spots">
          {list.slice(0, atMost).map((s, i) => {
            const category = all.value.find((c) => c.code === s.category);
            const name = category === undefined ? s.category : nameOf(category);
            return (
              <li key={s.id ?? i}>
                <CategoryIcon code={s.category} />
                <span>{s.id === undefined || !can("act_on_reports") ? name : <a href={linkTo({ view: "field", params: { report: s.id } })}>{name}</a>}</span>
                <span class={`heat-state heat-state-${stateOf(s)}`}>{t(stateOf(s))}</span>
                <span class="soft">{day(s.t * 1000)}</span>
              </li>
            );
          })}
        </ul>
        {list.length > atMost && <p class="soft">{t("more", { n: list.length - atMost })}</p>}
      </div>
      <Close />
    </section>
  );
}

/** What was pointed at on the map. */
export function Chosen(): JSX.Element | null {
  return spots.value.length > 0 ? <Spots /> : <Hexagon />;
}
