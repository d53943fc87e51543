import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { listCheckpoints, changePatrol, planPatrol, type Checkpoint, type Patrol } from "../api/patrols";
import { refText } from "../api/people";
import { newKey } from "../report/number";
import { goTo, params, tell } from "../state/store";
import { Name } from "../ui/name";
import { addDays, boundsOf, isDay, mostDays } from "./days";
import { AreaField, TeamField } from "./fields";
import { changeOf, daysOf, faultOf, formOf, freshForm, patrolsOf, type Form } from "./form";
import { checkpointsInOrder, dueBefore } from "./order";
import { CheckpointBadge } from "./parts";
import { formArea, pickArea, picked } from "./picking";
import { day, refresh, today, zone } from "./state";
import { t } from "./text";
import { dayText, refusal } from "./words";

/** The names of the days of the week, Monday first. */
const weekdayNames = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29"];

function TimeFields({ form, repeats }: { form: Signal<Form>; repeats: boolean }): JSX.Element {
  const f = form.value;
  const put = (change: Partial<Form>) => (form.value = { ...form.value, ...change });
  const overnight = f.start !== "" && f.end !== "" && f.end <= f.start;
  return (
    <>
      <div class="time-fields">
        <label class="pfield">
          <span class="field-label">{t("onDay")}</span>
          <input class="text-field" type="date" required min={repeats ? today.value : undefined} value={f.day} onInput={(e) => put({ day: e.currentTarget.value, ...(f.until < e.currentTarget.value ? { until: e.currentTarget.value } : {}) })} />
        </label>
        <label class="pfield">
          <span class="field-label">{t("fromTime")}</span>
          <input class="text-field" type="time" required value={f.start} onInput={(e) => put({ start: e.currentTarget.value })} />
        </label>
        <label class="pfield">
          <span class="field-label">{t("toTime")}</span>
          <input class="text-field" type="time" required value={f.end} onInput={(e) => put({ end: e.currentTarget.value })} />
        </label>
      </div>
      {overnight && <p class="soft">{t("overnight")}</p>}
      {repeats && (
        <fieldset class="pfield">
          <legend class="visually-hidden">{t("repeat")}</legend>
          <label class="check">
            <input type="checkbox" checked={f.repeat} onChange={(e) => put({ repeat: e.currentTarget.checked, ...(f.until <= f.day && isDay(f.day) ? { until: addDays(f.day, 6) } : {}) })} />
            {t("repeat")}
          </label>
          {f.repeat && (
            <>
              <label class="pfield until">
                <span class="field-label">{t("until")}</span>
                <input class="text-field" type="date" min={f.day} value={f.until} onInput={(e) => put({ until: e.currentTarget.value })} />
              </label>
              <div class="weekdays" role="group" aria-label={t("weekdays")}>
                {weekdayNames.map((d, i) => (
                  <button key={d} type="button" class="chip" aria-pressed={f.weekdays[i] === true} onClick={() => put({ weekdays: f.weekdays.map((on, k) => (k === i ? !on : on)) })}>
                    {dayText(d, true).replace(/^.*?(周.|[A-Z][a-z]{2}).*$/, "$1")}
                  </button>
                ))}
              </div>
              <p class="soft" role="status">
                {daysOf(f).length > mostDays ? t("manyDays", { n: mostDays }) : t("willPlan", { n: daysOf(f).length })}
              </p>
            </>
          )}
        </fieldset>
      )}
    </>
  );
}

/** Chooses the checkpoints: those due are suggested. */
function PointsField({ form }: { form: Signal<Form> }): JSX.Element | null {
  const found = useSignal<readonly Checkpoint[] | null>(null);
  const failed = useSignal(false);
  const f = form.value;
  const where = f.area;
  const key = where === null ? "" : refText(where);
  useEffect(() => {
    found.value = null;
    failed.value = false;
    if (where === null) return;
    const stop = new AbortController();
    listCheckpoints({ area: where }, stop.signal).then(
      (all) => (found.value = checkpointsInOrder(all)),
      () => {
        if (!stop.signal.aborted) failed.value = true;
      },
    );
    return () => stop.abort();
  }, [key]);
  if (where === null) return null;
  const all = found.value ?? [];
  // As the server chooses where it is left to it.
  const suggested = dueBefore(all, isDay(f.day) ? Date.parse(boundsOf(f.day, zone.value).to) : Date.now()).map((c) => c.id);
  const chosen = f.checkpoints ?? suggested;
  const turn = (id: string) => (form.value = { ...form.value, checkpoints: chosen.includes(id) ? chosen.filter((x) => x !== id) : [...chosen, id] });
  return (
    <fieldset class="pfield">
      <legend class="field-label">
        {t("checkpoints")} <span class="soft">{t("chosenOf", { n: chosen.length, of: all.length })}</span>
      </legend>
      {failed.value && <p class="stale">{t("pointsAway")}</p>}
      {found.value !== null && all.length === 0 && <p class="soft">{t("noPointsHere")}</p>}
      {all.length > 0 && (
        <>
          <p class="soft">
            {t(f.checkpoints === null ? "suggested" : "chosenByHand")}{" "}
            {f.checkpoints !== null && (
              <button type="button" class="link-button" onClick={() => (form.value = { ...form.value, checkpoints: null })}>
                {t("asSuggested")}
              </button>
            )}
          </p>
          <div class="offered-points">
            {all.map((c) => (
              <label key={c.id} class="offer">
                <input type="checkbox" checked={chosen.includes(c.id)} onChange={() => turn(c.id)} />
                <span class="offer-name">
                  <Name of={c.properties.name} />
                </span>
                <CheckpointBadge state={c.properties.state} />
              </label>
            ))}
          </div>
        </>
      )}
    </fieldset>
  );
}

/** Asks all that makes a patrol, or several on several days, and plans them; or changes one. */
export function PlanForm({ patrol }: { patrol: Patrol | null }): JSX.Element {
  const form = useSignal<Form>(patrol === null ? freshForm(null, day.peek() < today.peek() ? today.peek() : day.peek(), Date.now(), zone.peek()) : formOf(patrol, zone.peek()));
  const busy = useSignal(false);
  const fault = useSignal<string | null>(null);
  const made = useSignal(0);
  // A patrol that was planned before the answer was lost is not planned twice: each day keeps its key.
  const keys = useRef(new Map<string, string>());
  useEffect(() => {
    if (patrol !== null) return;
    const end = pickArea();
    return () => {
      end();
      formArea.value = null;
    };
  }, []);
  const place = picked.value;
  useEffect(() => {
    if (place !== null && patrol === null) {
      form.value = { ...form.peek(), area: place, team: [], checkpoints: null };
      picked.value = null;
    }
  }, [place]);
  useEffect(() => {
    formArea.value = form.value.area;
  }, [form.value.area]);
  const { id: _, edit: __, ...rest } = params.value;
  const leave = () => goTo({ params: patrol === null ? rest : { ...rest, id: patrol.id } });
  const say = (e: unknown) => {
    fault.value = refusal(e);
  };
  const plan = async () => {
    const wanted = patrolsOf(form.value, zone.value);
    made.value = 0;
    let last: Patrol | null = null;
    for (const p of wanted) {
      const what = JSON.stringify(p);
      const key = keys.current.get(what) ?? newKey();
      keys.current.set(what, key);
      last = await planPatrol(p, key);
      made.value++;
    }
    refresh();
    if (last === null) return;
    tell(wanted.length === 1 ? t("planned") : t("plannedN", { n: wanted.length }));
    goTo({ params: wanted.length === 1 ? { ...rest, id: last.id } : rest });
  };
  const change = async (p: Patrol) => {
    const wanted = changeOf(form.value, p, zone.value);
    if (wanted !== null) {
      await changePatrol(p.id, wanted, p.version);
      refresh();
      tell(t("changed"));
    }
    leave();
  };
  const send = async () => {
    if (busy.value) return;
    const wrong = faultOf(form.value, zone.value);
    if (wrong !== null) {
      fault.value = t(wrong, { n: wrong === "manyDays" ? mostDays : 5 });
      return;
    }
    busy.value = true;
    fault.value = null;
    await (patrol === null ? plan() : change(patrol)).catch(say);
    busy.value = false;
  };
  const days = daysOf(form.value).length;
  return (
    <form
      class="plan-form"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      {patrol === null ? <AreaField form={form} /> : <p class="chosen-area">{patrol.area.name}</p>}
      <TimeFields form={form} repeats={patrol === null} />
      <TeamField form={form} />
      <PointsField form={form} />
      <label class="pfield">
        <span class="field-label">{t("note")}</span>
        <textarea class="text-field" rows={2} maxLength={1000} value={form.value.note} onInput={(e) => (form.value = { ...form.value, note: e.currentTarget.value })} />
      </label>
      <div role="alert">{fault.value !== null && <p class="confirm-fault">{fault.value}</p>}</div>
      {busy.value && days > 1 && (
        <p class="soft" role="status">
          {t("plannedOf", { n: made.value, of: days })}
        </p>
      )}
      <div class="form-row">
        <button type="button" class="button" onClick={leave}>
          {t("back")}
        </button>
        <button type="submit" class="button primary" aria-disabled={busy.value}>
          {patrol !== null ? t("save") : days > 1 ? t("planN", { n: days }) : t("planOne")}
        </button>
      </div>
    </form>
  );
}
