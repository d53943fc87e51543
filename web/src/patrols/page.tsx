import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { readReport } from "../api/cases";
import { actOnPatrol, readPatrol, type Patrol } from "../api/patrols";
import type { Report } from "../api/reports";
import { categoryName } from "../case/category";
import { CategoryIcon } from "../case/categoryicon";
import { StatusBadge } from "../case/statusbadge";
import { t as common } from "../i18n/i18n";
import { onEvent } from "../live/live";
import { distance } from "../place/distance";
import { Fact } from "../place/parts";
import { useAsked } from "../plans/ask";
import { newKey, shortNumber } from "../report/number";
import { can, who } from "../state/session";
import { goTo, linkTo, params, tell } from "../state/store";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { addDays, dayOf } from "./days";
import { Ago, Failed, Flags, Moment, Question, StateBadge } from "./parts";
import { PlanForm } from "./planform";
import { shownPatrol } from "./shown";
import { refresh, troubleOf, zone } from "./state";
import { t } from "./text";
import { Track } from "./track";
import { areaText, dayText, lengthText, memberName, refusal, spanText, timeText } from "./words";

/** The planned times, and those that the phone and the server saw. */
function Times({ of: p }: { of: Patrol }): JSX.Element {
  const both = (label: string, phone: string | null | undefined, server: string | null | undefined) =>
    phone != null && (
      <Fact label={label}>
        <Moment at={phone} />
        {server != null && (
          <span class="soft since">
            {t("serverSaw")} <Moment at={server} />
          </span>
        )}
      </Fact>
    );
  const pauses = p.pauses ?? [];
  return (
    <section>
      <h3>{t("times")}</h3>
      <dl class="facts">
        <Fact label={t("plannedFor")}>
          {dayText(dayOf(Date.parse(p.planned_start), zone.value))}
          <span class="since">{spanText(p.planned_start, p.planned_end)}</span>
        </Fact>
        {both(t("started"), p.started_at, p.started_seen_at)}
        {both(t("ended"), p.ended_at, p.ended_seen_at)}
        {pauses.length > 0 && (
          <Fact label={t("pauses")}>
            {pauses.map(([from, to]) => (
              <span key={from} class="line">
                {to == null ? t("pausedSince", { at: timeText(from) }) : `${spanText(from, to)} · ${lengthText(Date.parse(to) - Date.parse(from))}`}
              </span>
            ))}
          </Fact>
        )}
        {p.started_at != null && p.distance_m != null && <Fact label={t("walked")}>{distance(p.distance_m)}</Fact>}
        {p.last_fix_at != null && (
          <Fact label={t("lastFix")}>
            <Ago at={p.last_fix_at} />
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Points({ of: p }: { of: Patrol }): JSX.Element | null {
  const points = p.checkpoints ?? [];
  if (points.length === 0) return null;
  const seen = points.filter((c) => c.visited_at != null).length;
  return (
    <section>
      <h3>
        {t("checkpoints")} <span class="count">{`${seen}/${points.length}`}</span>
      </h3>
      <ul class="point-list">
        {points.map((c) => (
          <li key={c.id} class="point-row">
            <a href={linkTo({ params: { tab: "checkpoints", cp: c.id } })}>
              <Name of={c.name} />
            </a>
            {c.visited_at != null ? (
              <span class="pbadge pbadge-cp-visited">
                {t("visitedAt")} <Moment at={c.visited_at} />
                {c.dwell_s != null && c.dwell_s >= 60 && ` · ${lengthText(c.dwell_s * 1000)}`}
              </span>
            ) : (
              <span class="soft">{t(p.state === "done" ? "notVisited" : "notYet")}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** How many reports of a patrol are read to say what they are about. */
const mostRead = 20;

function Found({ of: p }: { of: Patrol }): JSX.Element | null {
  const ids = p.reports ?? [];
  const known = useSignal<ReadonlyMap<string, Report>>(new Map());
  const key = ids.slice(0, mostRead).join();
  useEffect(() => {
    const stop = new AbortController();
    for (const id of ids.slice(0, mostRead)) {
      readReport(id, stop.signal).then(
        (r) => {
          if (!stop.signal.aborted) known.value = new Map(known.peek()).set(id, r);
        },
        () => undefined, // its number stands there
      );
    }
    return () => stop.abort();
  }, [key]);
  if (ids.length === 0) return null;
  return (
    <section>
      <h3>
        {t("found")} <span class="count">{ids.length}</span>
      </h3>
      <ul class="point-list">
        {ids.map((id) => {
          const r = known.value.get(id);
          return (
            <li key={id} class="point-row">
              <a href={linkTo({ view: "field", params: { report: id } })}>
                {r !== undefined && <CategoryIcon code={r.properties.category} />}
                {r === undefined ? t("reportNumber", { n: shortNumber(id) }) : categoryName(r.properties.category)}
              </a>
              {r !== undefined && <StatusBadge status={r.properties.status} overdue={r.properties.overdue} />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Asks why a patrol is cancelled, and cancels it. */
function Cancel({ of: p, onDone }: { of: Patrol; onDone: (changed: boolean) => void }): JSX.Element {
  const note = useSignal("");
  const busy = useSignal(false);
  const fault = useSignal<string | null>(null);
  const key = useSignal(newKey()).value;
  const send = async () => {
    if (busy.value) return;
    if (note.value.trim() === "") {
      fault.value = t("needReason");
      return;
    }
    busy.value = true;
    try {
      await actOnPatrol(p.id, "cancel", { note: note.value.trim() }, key);
      tell(t("cancelled"));
      onDone(true);
    } catch (e) {
      fault.value = refusal(e);
    }
    busy.value = false;
  };
  return (
    <Question title={t("cancelTitle")} about={`${areaText(p)} · ${spanText(p.planned_start, p.planned_end)}`} does={t("cancelIt")} busy={busy.value} fault={fault.value} onDo={() => void send()} onLeave={() => onDone(false)}>
      <label class="field-label" for="cancel-note">
        {t("reason")}
      </label>
      <textarea id="cancel-note" class="text-field" rows={3} maxLength={1000} aria-required="true" value={note.value} onInput={(e) => (note.value = e.currentTarget.value)} />
      <p class="soft">{t("cancelSays")}</p>
    </Question>
  );
}

/** Reports whether a patrol can be changed or cancelled by whoever is here: the server's word, or what the state lets one expect. */
function mayDo(p: Patrol, deed: "edit" | "cancel"): boolean {
  if (!can("plan_patrols")) return false;
  const before = p.state === "scheduled" || p.state === "ready" || p.state === "start_overdue";
  if (deed === "edit") return before;
  return p.allow === undefined ? before : p.allow.includes("cancel");
}

function Body({ of: p, again }: { of: Patrol; again: () => void }): JSX.Element {
  const cancelling = useSignal(false);
  const mine = p.team.some((m) => m.person === who.value?.person?.id);
  return (
    <>
      <div class="patrol-head">
        <h3 class="patrol-area">
          <Name of={areaText(p)} /> <span class="code">{`${common(p.area.kind)} ${p.area.code}`}</span>
        </h3>
        <p class="prow-badges">
          <StateBadge state={p.state} />
          <Flags of={p} />
        </p>
      </div>
      {p.absent_since != null && (
        <p class="alarm-note" role="alert">
          {t("absentSince")} <Ago at={p.absent_since} />
        </p>
      )}
      {p.state === "start_overdue" && (
        <p class="alarm-note">
          {t("overdueSays")} <Ago at={p.planned_start} />
        </p>
      )}
      {(mayDo(p, "edit") || mayDo(p, "cancel") || (mine && can("walk_patrols"))) && (
        <p class="deeds">
          {mine && can("walk_patrols") && (p.state === "ready" || p.state === "active" || p.state === "start_overdue") && (
            <a class="button primary" href={linkTo({ view: "patrol", params: { patrol: p.id } })}>
              {t("walkIt")}
            </a>
          )}
          {mayDo(p, "edit") && (
            <a class="button" href={linkTo({ params: { ...params.value, edit: "1" } })}>
              {t("change")}
            </a>
          )}
          {mayDo(p, "cancel") && (
            <button type="button" class="button" onClick={() => (cancelling.value = true)}>
              {t("cancelIt")}
            </button>
          )}
        </p>
      )}
      <Times of={p} />
      <section>
        <h3>{t("team")}</h3>
        {p.team.length === 0 ? (
          <p class="soft">{t("noTeam")}</p>
        ) : (
          <ul class="team-list">
            {p.team.map((m) => (
              <li key={m.person}>{can("read_roster") ? <a href={linkTo({ view: "people", params: { tab: "person", person: m.person } })}><Name of={memberName(m)} /></a> : <Name of={memberName(m)} />}</li>
            ))}
          </ul>
        )}
      </section>
      {p.note != null && p.note !== "" && (
        <section>
          <h3>{t("note")}</h3>
          <p class="patrol-note">
            <Name of={p.note} />
          </p>
        </section>
      )}
      {p.end_note !== undefined && p.end_note !== "" && (
        <section>
          <h3>{t(p.state === "cancelled" ? "whyCancelled" : "endNote")}</h3>
          <p class="patrol-note">
            <Name of={p.end_note} />
          </p>
        </section>
      )}
      <Points of={p} />
      <Found of={p} />
      {p.started_at != null && (can("read_tracks") || mine) && <Track key={p.id} of={p} mine={mine} />}
      {cancelling.value && (
        <Cancel
          of={p}
          onDone={(changed) => {
            cancelling.value = false;
            if (!changed) return;
            again();
            refresh();
          }}
        />
      )}
    </>
  );
}

/** Offers the same patrol on the next day, as a start for another. */
function Near({ of: p }: { of: Patrol }): JSX.Element {
  const { id: _, edit: __, ...rest } = params.value;
  const day = dayOf(Date.parse(p.planned_start), zone.value);
  return (
    <p class="panel-links">
      <a class="button small" href={linkTo({ params: { ...rest, day } })}>
        {t("allOfDay", { day: dayText(day, true) })}
      </a>
      <a class="button small" href={linkTo({ params: { ...rest, day: addDays(day, 1) } })}>
        {t("dayAfter")}
      </a>
    </p>
  );
}

/** One patrol: what was planned, and what became of it. */
export function PatrolPage({ id }: { id: string }): JSX.Element {
  const asked = useAsked(`patrol ${id}`, (signal) => readPatrol(id, signal));
  const p = asked.value;
  useEffect(() => {
    return onEvent("patrol.changed", (e) => {
      if (e.id === undefined || e.id === id) asked.again();
    });
  }, [id]);
  useEffect(() => {
    shownPatrol.value = p;
  }, [p]);
  useEffect(() => () => void (shownPatrol.value = null), []);
  if (p === null) return asked.error === null ? <Skeleton says={t("loading")} lines="wide tall short tall" /> : <Failed trouble={troubleOf(asked.error)} again={asked.again} />;
  if (params.value.edit === "1" && mayDo(p, "edit")) return <PlanForm key={`edit ${p.id}`} patrol={p} />;
  return (
    <>
      {asked.error !== null && <Failed trouble={troubleOf(asked.error)} again={asked.again} />}
      <Body of={p} again={asked.again} />
      <Near of={p} />
    </>
  );
}

/** Goes back from a patrol to the list. */
export function leavePatrol(): void {
  const { id = "", edit, ...rest } = params.peek();
  goTo({ params: edit === undefined ? rest : { ...rest, id } });
}
