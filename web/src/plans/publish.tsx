import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { language } from "../i18n/i18n";
import { approve, publish, rebase, schedule, unschedule } from "../plan/client";
import type { Impact, Plan, PublishAnswer } from "../plan/types";
import { app } from "../state/app";
import { linkTo, tell } from "../state/store";
import { Icon } from "../ui/icons";
import { formatExact, formatNumber } from "../units/format";
import type { Asked } from "./ask";
import { useCheck } from "./check";
import { touched } from "./figures";
import { daysOf, Figures, loadSentence, useImpact } from "./impact";
import { areaName } from "./names";
import { Shown } from "./parts";
import { t } from "./text";
import { formatLocal, parseLocal } from "./when";
import { refusalText } from "./words";

/** How long before the hour a schedule is offered first, and how many grids are told of by name. */
const dayMs = 86_400_000;
const namedGrids = 8;

const number = (n: number) => formatNumber(n, language.value);

/** One step before the publish: done, waiting or in the way. */
function Step({ state, title, children }: { state: "done" | "open" | "blocked"; title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <li class={`step step-${state}`}>
      <span class="step-mark" aria-hidden="true">
        {state === "done" ? <Icon name="check" /> : state === "blocked" ? <Icon name="close" /> : null}
      </span>
      <div>
        <h3>
          {title}
          <span class="visually-hidden"> {t(state === "done" ? "stepDone" : state === "blocked" ? "stepBlocked" : "stepOpen")}</span>
        </h3>
        {children}
      </div>
    </li>
  );
}

/** What happened with the publish. */
function Done({ answer, gone }: { answer: PublishAnswer; gone: Impact | null }): JSX.Element {
  const n = answer.revision?.number ?? 0;
  const grids = gone === null ? [] : touched(gone).filter((l) => l.change !== "gone");
  return (
    <section class="plan-section published" role="status">
      <h2>{t("publishedTitle", { n })}</h2>
      <p>{t("publishedHelp", { n: number(answer.rerouted ?? 0) })}</p>
      <p class="plan-row">
        <a class="button primary" href={linkTo({ view: "map", params: {} })}>{t("openMap")}</a>
        <a class="button" href={linkTo({ params: { tab: "revisions" } })}>{t("toRevisions")}</a>
      </p>
      {grids.length > 0 && (
        <>
          <h3>{t("newSheets")}</h3>
          <ul class="sheet-links">
            {grids.map((l) => (
              <li key={l.area}>
                <a href={linkTo({ view: "notice", params: { grid: l.area.slice("grid:".length) } })}>{areaName(l.area)}</a>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Consequences({ plan, of }: { plan: Plan; of: Asked<Impact> }): JSX.Element {
  return (
    <section class="plan-section">
      <h2>{t("consequences")}</h2>
      <Shown of={of}>
        {(i) => (
          <>
            <Figures of={i} />
            <ul class="sentences">
              {touched(i).slice(0, namedGrids).map((l) => (
                <li key={l.area} class={`change-${l.change}`}>
                  {l.change !== "changed" && <span class="tag">{t(l.change === "new" ? "changeNew" : "changeGone")}</span>} {loadSentence(l)}
                </li>
              ))}
            </ul>
            {touched(i).length > namedGrids && <p class="soft">{t("andMore", { n: number(touched(i).length - namedGrids) })}</p>}
            <p class="open-move">{t(i.open_reports_moved > 0 ? "openMove" : "openStay", { n: number(i.open_reports_moved) })}</p>
            <p>
              <a href={linkTo({ params: { id: plan.id, tab: "impact" } })}>{t("allConsequences")}</a>
            </p>
          </>
        )}
      </Shown>
    </section>
  );
}

/** The page before the button: whether a plan may be published, what follows from it, who approves, when. */
export function PublishTab({ plan, onChange }: { plan: Plan; onChange: () => void }): JSX.Element {
  const checked = useCheck(plan);
  const asked = useImpact(plan, daysOf());
  const note = useSignal(plan.note ?? "");
  const later = useSignal(false);
  const zone = app.value?.time_zone ?? "Asia/Shanghai";
  const when = useSignal(formatLocal(Math.ceil((Date.now() + dayMs) / dayMs) * dayMs, zone));
  const busy = useSignal(false);
  const refused = useSignal<string | null>(null);
  const done = useSignal<{ answer: PublishAnswer; impact: Impact | null } | null>(null);
  if (done.value !== null) return <Done answer={done.value.answer} gone={done.value.impact} />;

  const act = async (what: () => Promise<unknown>, says: string) => {
    busy.value = true;
    refused.value = null;
    try {
      await what();
      if (says !== "") tell(says);
      onChange();
    } catch (e) {
      refused.value = refusalText(e, areaName);
      // Somebody changed it meanwhile: what is shown is no longer what would be published.
      onChange();
    }
    busy.value = false;
  };
  if (plan.status === "published") {
    return (
      <section class="plan-section">
        <h2>{t("publishedTitle", { n: plan.revision ?? 0 })}</h2>
        {plan.note !== undefined && <p>{t("noteWas", { note: plan.note })}</p>}
        <p><a href={linkTo({ params: { tab: "revisions" } })}>{t("toRevisions")}</a></p>
      </section>
    );
  }
  if (plan.status === "discarded") return <p class="plan-empty">{t("discardedHelp")}</p>;
  const c = checked.value;
  const errors = c?.errors.length ?? null;
  const warnings = c?.warnings.length ?? 0;
  const noteMissing = warnings > 0 && note.value.trim() === "";
  const at = later.value ? parseLocal(when.value, zone) : null;
  const past = later.value && (at === null || at.getTime() <= Date.now());
  const mayPublish = plan.allow.includes(later.value ? "schedule" : "publish");
  const approved = !plan.needs_approval || plan.approved_by !== undefined;
  const ready = errors === 0 && approved && plan.operations > 0 && !plan.behind;
  const go = () =>
    act(
      async () => {
        const answer = at === null ? await publish(plan.id, note.value.trim(), plan.etag) : await schedule(plan.id, at, note.value.trim(), plan.etag);
        if (answer.revision !== undefined) done.value = { answer, impact: asked.value };
      },
      at === null ? "" : t("scheduledFor", { time: formatExact(at.getTime(), language.value) }),
    );
  return (
    <>
      {plan.status === "scheduled" && plan.publish_at !== undefined && (
        <section class="plan-section scheduled">
          <h2>{t("scheduledTitle", { time: formatExact(Date.parse(plan.publish_at), language.value) })}</h2>
          <p>{t("scheduledHelp", { name: plan.publish_by?.name ?? "" })}</p>
          {plan.allow.includes("unschedule") && (
            <button type="button" class="button" disabled={busy.value} onClick={() => void act(() => unschedule(plan.id), t("unscheduled"))}>
              {t("unschedule")}
            </button>
          )}
        </section>
      )}
      <Consequences plan={plan} of={asked} />
      <section class="plan-section">
        <h2>{t("steps")}</h2>
        {checked.error !== null && <Shown of={checked}>{() => null}</Shown>}
        <ol class="steps">
          {plan.operations === 0 && (
            <Step state="blocked" title={t("stepEmpty")}>
              <a href={linkTo({ view: "plan", params: { plan: plan.id } })}>{t("edit")}</a>
            </Step>
          )}
          {plan.behind && (
            <Step state="blocked" title={t("stepBehind", { base: plan.base_revision, n: plan.current_revision })}>
              <p>{t("behindHelp")}</p>
              {plan.allow.includes("rebase") && (
                <button type="button" class="button" disabled={busy.value} onClick={() => void act(() => rebase(plan.id), t("rebased", { n: plan.current_revision }))}>
                  {t("rebase")}
                </button>
              )}
            </Step>
          )}
          <Step state={errors === null ? "open" : errors === 0 ? "done" : "blocked"} title={errors === null ? t("stepChecking") : errors === 0 ? t("stepNoErrors") : t("errors", { n: number(errors) })}>
            {errors !== null && (errors > 0 || warnings > 0) && (
              <p>
                {errors > 0 ? t("errorsBlock") : t("warnings", { n: number(warnings) })} <a href={linkTo({ params: { id: plan.id, tab: "check" } })}>{t("look")}</a>
              </p>
            )}
          </Step>
          {plan.needs_approval && (
            <Step state={approved ? "done" : "open"} title={approved ? t("stepApproved", { name: plan.approved_by?.name ?? "" }) : t("stepApproval")}>
              {!approved && <p>{t(plan.allow.includes("approve") ? "approveHelp" : "approveOther")}</p>}
              {plan.allow.includes("approve") && (
                <button type="button" class="button primary" disabled={busy.value || errors !== 0} onClick={() => void act(() => approve(plan.id, plan.etag), t("approvedNow"))}>
                  {t("approve")}
                </button>
              )}
            </Step>
          )}
        </ol>
        {plan.status !== "scheduled" && (
          <form
            class="publish-form"
            onSubmit={(e) => {
              e.preventDefault();
              void go();
            }}
          >
            <label class="plan-field wide">
              <span>{t(warnings > 0 ? "noteNeeded" : "note")}</span>
              <textarea rows={3} maxLength={2000} required={warnings > 0} value={note.value} placeholder={t("noteExample")} onInput={(e) => (note.value = e.currentTarget.value)} />
            </label>
            <fieldset class="choice-when">
              <legend>{t("whenTitle")}</legend>
              <label>
                <input type="radio" name="when" checked={!later.value} onChange={() => (later.value = false)} />
                {t("now")}
              </label>
              <label>
                <input type="radio" name="when" checked={later.value} onChange={() => (later.value = true)} />
                {t("onDate")}
              </label>
              {later.value && (
                <label class="plan-field">
                  <span>{t("dateOf", { zone })}</span>
                  <input type="datetime-local" required value={when.value} onInput={(e) => (when.value = e.currentTarget.value)} />
                </label>
              )}
            </fieldset>
            {past && <p class="stale" role="alert">{t("datePast")}</p>}
            {refused.value !== null && <p class="stale" role="alert">{refused.value}</p>}
            <button type="submit" class="button primary" disabled={busy.value || !ready || noteMissing || past || !mayPublish}>
              {busy.value ? t("publishing") : at === null ? t("publishNow", { n: plan.current_revision + 1 }) : t("publishAt")}
            </button>
            {!mayPublish && ready && <p class="soft">{t("noRight")}</p>}
            {noteMissing && ready && <p class="soft">{t("noteFirst")}</p>}
          </form>
        )}
        {plan.status === "scheduled" && refused.value !== null && <p class="stale" role="alert">{refused.value}</p>}
      </section>
    </>
  );
}
