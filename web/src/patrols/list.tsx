import type { JSX } from "preact";
import type { Patrol, PatrolState } from "../api/patrols";
import { refText } from "../api/people";
import { language } from "../i18n/i18n";
import { can } from "../state/session";
import { linkTo, params, setParams } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { formatNumber } from "../units/format";
import { addDays, isDay } from "./days";
import { countsOf, groupsOf, stateOrder } from "./order";
import { Failed, Flags, StateBadge } from "./parts";
import { areaChoices, day, onlyState, patrols, patrolTrouble, today, within } from "./state";
import { t } from "./text";
import { areaText, dayText, lengthText, spanText, stateText, teamText } from "./words";
import { now } from "../state/clock";

/** The day whose patrols are listed, with the ones beside it. */
function DayRow(): JSX.Element {
  const at = day.value;
  const go = (to: string) => setParams({ day: to === today.peek() ? null : to });
  return (
    <div class="day-row">
      <button type="button" class="icon-button" aria-label={t("dayBefore")} title={t("dayBefore")} onClick={() => go(addDays(at, -1))}>
        <Icon name="back" />
      </button>
      <label class="day-field">
        <span class="visually-hidden">{t("day")}</span>
        <input class="text-field" type="date" value={at} onChange={(e) => isDay(e.currentTarget.value) && go(e.currentTarget.value)} />
        <span class="soft">{at === today.value ? t("today") : dayText(at, true)}</span>
      </label>
      <button type="button" class="icon-button" aria-label={t("dayAfter")} title={t("dayAfter")} onClick={() => go(addDays(at, 1))}>
        <Icon name="right" />
      </button>
      {at !== today.value && (
        <button type="button" class="button small" onClick={() => go(today.peek())}>
          {t("toToday")}
        </button>
      )}
    </div>
  );
}

/** Chooses the area that is looked at. */
export function AreaSelect(): JSX.Element | null {
  const choices = areaChoices.value;
  const at = within.value;
  if (choices.length < 2 && at === null) return null;
  const value = at === null ? "" : refText(at);
  return (
    <select class="text-field" aria-label={t("filterArea")} value={value} onChange={(e) => setParams({ in: e.currentTarget.value || null })}>
      <option value="">{t("anyArea")}</option>
      {choices.map((a) => (
        <option key={refText(a)} value={refText(a)}>
          {a.name}
        </option>
      ))}
      {at !== null && !choices.some((a) => refText(a) === value) && <option value={value}>{at.code}</option>}
    </select>
  );
}

/** How many there are of each state; a tap shows only those. */
function States({ of: all }: { of: readonly Patrol[] }): JSX.Element {
  const counts = countsOf(all);
  const only = onlyState.value;
  return (
    <div class="state-chips" role="group" aria-label={t("filterState")}>
      {stateOrder
        .filter((s) => counts[s] > 0 || s === only)
        .map((s: PatrolState) => (
          <button key={s} type="button" class={`chip chip-${s}`} aria-pressed={only === s} onClick={() => setParams({ state: only === s ? null : s })}>
            {stateText(s)} <strong>{formatNumber(counts[s], language.value)}</strong>
          </button>
        ))}
    </div>
  );
}

/** How late or how soon it is, where that matters. */
function Timing({ of: p }: { of: Patrol }): JSX.Element | null {
  const at = now.value;
  if (p.state === "start_overdue") return <span class="late">{t("lateBy", { n: lengthText(at - Date.parse(p.planned_start)) })}</span>;
  if (p.state === "ready") {
    const left = Date.parse(p.planned_start) - at;
    return left > 0 ? <span class="soft">{t("startsIn", { n: lengthText(left) })}</span> : null;
  }
  if (p.state === "active" && at > Date.parse(p.planned_end)) return <span class="late">{t("overtime", { n: lengthText(at - Date.parse(p.planned_end)) })}</span>;
  return null;
}

function Row({ of: p }: { of: Patrol }): JSX.Element {
  const points = p.checkpoints ?? [];
  const seen = points.filter((c) => c.visited_at != null).length;
  return (
    <li class={`prow prow-${p.state}`}>
      <a href={linkTo({ params: { ...params.value, id: p.id } })} data-id={p.id}>
        <span class="prow-head">
          <strong class="numbers">{spanText(p.planned_start, p.planned_end)}</strong>
          <span class="prow-badges">
            <Flags of={p} />
            <StateBadge state={p.state} />
          </span>
        </span>
        <span class="prow-area">
          <Name of={areaText(p)} /> <span class="code">{p.area.code}</span>
        </span>
        <span class="prow-team soft">
          <Name of={teamText(p.team)} />
        </span>
        <span class="prow-foot">
          {points.length > 0 && <span class="soft">{t("seenOf", { n: seen, of: points.length })}</span>}
          {(p.reports ?? []).length > 0 && <span class="soft">{t("foundN", { n: (p.reports ?? []).length })}</span>}
          <Timing of={p} />
        </span>
      </a>
    </li>
  );
}

function Empty(): JSX.Element {
  const narrowed = onlyState.value !== null || within.value !== null;
  return (
    <div class="empty">
      <p class="empty-head">{t(narrowed ? "noneSo" : "none")}</p>
      {narrowed ? (
        <button type="button" class="button" onClick={() => setParams({ state: null, in: null })}>
          {t("clearFilters")}
        </button>
      ) : (
        <p class="soft">{t(can("plan_patrols") ? "noneHelp" : "noneHelpRead")}</p>
      )}
    </div>
  );
}

/** The patrols of a day by state, those first that have not begun in time. */
export function PatrolList(): JSX.Element {
  const all = patrols.value;
  const only = onlyState.value;
  const groups = groupsOf((all ?? []).filter((p) => only === null || p.state === only));
  return (
    <div class="patrol-list">
      <div class="list-bar">
        <DayRow />
        <AreaSelect />
        {can("plan_patrols") && (
          <a class="button primary" href={linkTo({ params: { ...params.value, id: "new" } })}>
            <Icon name="plus" />
            {t("plan")}
          </a>
        )}
      </div>
      {patrolTrouble.value !== null && <Failed trouble={patrolTrouble.value} />}
      {all === null ? (
        patrolTrouble.value === null && <Skeleton says={t("loading")} lines="tall tall tall tall" />
      ) : (
        <>
          <States of={all} />
          {groups.length === 0 && <Empty />}
          {groups.map((g) => (
            <section key={g.state} class={`pgroup pgroup-${g.state}`} aria-labelledby={`pgroup-${g.state}`}>
              <h3 id={`pgroup-${g.state}`}>
                {stateText(g.state)} <span class="count">{formatNumber(g.patrols.length, language.value)}</span>
              </h3>
              <ul>
                {g.patrols.map((p) => (
                  <Row key={p.id} of={p} />
                ))}
              </ul>
            </section>
          ))}
        </>
      )}
    </div>
  );
}
