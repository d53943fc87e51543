import type { JSX } from "preact";
import type { LivePatrol, Patrol } from "../api/patrols";
import { categoryName } from "../case/category";
import { language, t as common } from "../i18n/i18n";
import { distance } from "../place/distance";
import { Flags, StateBadge } from "../patrols/parts";
import { areaText, lengthText, memberName, spanText, stateText, teamText, timeText } from "../patrols/words";
import { now } from "../state/clock";
import { goTo, linkTo, params } from "../state/store";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { formatNumber } from "../units/format";
import { ageOf, lastSeen } from "./age";
import { ageText } from "./words";
import { chosen, chosenId, clock, live, planned, refresh, trouble, underWay, waiting } from "./state";
import { t } from "./text";

/** Opens a patrol under way. */
export function openLive(id: string): void {
  goTo({ params: { patrol: id } });
}

function Row({ of: p }: { of: LivePatrol }): JSX.Element {
  const seen = lastSeen(p);
  const at = clock.value;
  const over = at - Date.parse(p.planned_end);
  return (
    <li class={`prow${p.absent_since != null ? " prow-start_overdue" : ""}`}>
      <a href={linkTo({ params: { patrol: p.id } })} data-id={p.id} aria-current={p.id === chosenId.value ? "true" : undefined}>
        <span class="prow-head">
          <strong>
            <Name of={areaText(p)} />
          </strong>
          <span class="prow-badges">
            <Flags of={p} />
          </span>
        </span>
        <span class="prow-team soft">{p.members.length === 0 ? t("noFix") : <Name of={teamText(p.members)} />}</span>
        <span class="prow-foot">
          {seen !== null && <span class={`age age-${ageOf(at - seen)}`}>{ageText(at - seen)}</span>}
          {p.reports_near.length > 0 && <span class="soft">{t("reportsNear", { n: p.reports_near.length })}</span>}
          {over > 0 ? <span class="late">{t("overtime", { n: lengthText(over) })}</span> : <span class="soft">{t("until", { at: timeText(p.planned_end) })}</span>}
        </span>
      </a>
    </li>
  );
}

function Waits({ of: p }: { of: Patrol }): JSX.Element {
  return (
    <li class={`prow prow-${p.state}`}>
      <a href={linkTo({ view: "patrols", params: { id: p.id } })} data-id={p.id}>
        <span class="prow-head">
          <strong>
            <Name of={areaText(p)} />
          </strong>
          <StateBadge state={p.state} />
        </span>
        <span class="prow-team soft">
          <Name of={teamText(p.team)} />
        </span>
        <span class="prow-foot">
          <span class="numbers">{spanText(p.planned_start, p.planned_end)}</span>
          {p.state === "start_overdue" && <span class="late">{t("lateBy", { n: lengthText(now.value - Date.parse(p.planned_start)) })}</span>}
        </span>
      </a>
    </li>
  );
}

/** Says where what is shown is not of this minute. */
function Freshness(): JSX.Element | null {
  if (trouble.value === null) return null;
  const at = live.value?.at;
  return (
    <p class="stale" role="status">
      {at === undefined ? t(trouble.value === "private" ? "notYours" : "away") : t("notOfNow", { at: timeText(at) })}{" "}
      <button type="button" class="button" onClick={refresh}>
        {t("retry")}
      </button>
    </p>
  );
}

/** Who is on patrol, and who should be. */
export function WatchList(): JSX.Element {
  const all = underWay.value;
  const groups = waiting.value;
  const n = (x: number) => formatNumber(x, language.value);
  return (
    <div class="patrol-list watch-list">
      <Freshness />
      {live.value === null ? (
        trouble.value === null && <Skeleton says={t("loading")} lines="tall tall tall" />
      ) : (
        <section class="pgroup" aria-labelledby="watch-under-way">
          <h3 id="watch-under-way">
            {t("underWay")} <span class="count">{n(all.length)}</span>
          </h3>
          {all.length === 0 ? (
            <p class="soft watch-none">{t("nobody")}</p>
          ) : (
            <ul>
              {all.map((p) => (
                <Row key={p.id} of={p} />
              ))}
            </ul>
          )}
        </section>
      )}
      {planned.value !== null &&
        groups.map((g) => (
          <section key={g.state} class={`pgroup pgroup-${g.state}`} aria-labelledby={`watch-${g.state}`}>
            <h3 id={`watch-${g.state}`}>
              {stateText(g.state)} <span class="count">{n(g.patrols.length)}</span>
            </h3>
            <ul>
              {g.patrols.map((p) => (
                <Waits key={p.id} of={p} />
              ))}
            </ul>
          </section>
        ))}
      <p class="soft nearest-note">{t("noted")}</p>
    </div>
  );
}

/** One patrol under way: who walks it, how sure their places are, and what is reported near them. */
export function LiveView(): JSX.Element {
  const p = chosen.value;
  const at = clock.value;
  const { patrol: id } = params.value;
  if (live.value === null) return trouble.value === null ? <Skeleton says={t("loading")} lines="wide tall short" /> : <Freshness />;
  const link = (
    <p class="panel-links">
      <a class="button" href={linkTo({ view: "patrols", params: { id: id ?? "" } })}>
        {t("patrolPage")}
      </a>
    </p>
  );
  if (p === null) {
    return (
      <>
        <p>{t("notUnderWay")}</p>
        {link}
      </>
    );
  }
  return (
    <>
      <Freshness />
      <div class="patrol-head">
        <h3 class="patrol-area">
          <Name of={areaText(p)} /> <span class="code">{`${common(p.area.kind)} ${p.area.code}`}</span>
        </h3>
        <p class="prow-badges">
          <StateBadge state="active" />
          <Flags of={p} />
        </p>
      </div>
      {p.absent_since != null && (
        <p class="alarm-note" role="alert">
          {t("absentFor", { n: lengthText(at - Date.parse(p.absent_since)) })}
        </p>
      )}
      <section>
        <h3>{t("positions")}</h3>
        {p.members.length === 0 && <p class="soft">{t("noFix")}</p>}
        <ul class="member-list">
          {p.members.map((m) => {
            const old = at - Date.parse(m.t);
            return (
              <li key={m.person}>
                <strong>
                  <Name of={memberName(m)} />
                </strong>
                <span class={`age age-${ageOf(old)}`}>{ageText(old)}</span>
                {m.accuracy_m !== undefined && <span class="soft">{t("within", { d: distance(m.accuracy_m) })}</span>}
                {m.mock === true && <span class="late">{t("mock")}</span>}
              </li>
            );
          })}
        </ul>
      </section>
      <section>
        <h3>{t("nearThem")}</h3>
        {p.reports_near.length === 0 ? (
          <p class="soft">{t("noneNear")}</p>
        ) : (
          <ul class="point-list">
            {p.reports_near.map((r) => (
              <li key={r.id} class="point-row">
                <a href={linkTo({ params: { report: r.id } })}>{categoryName(r.category)}</a>
                <span class="soft">{distance(r.distance_m)}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
      {link}
    </>
  );
}
