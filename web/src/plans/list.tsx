import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { language } from "../i18n/i18n";
import { createPlan, listPlans } from "../plan/client";
import type { Plan } from "../plan/types";
import { can } from "../state/session";
import { goTo, linkTo, params, setParams } from "../state/store";
import { Name } from "../ui/name";
import { formatNumber } from "../units/format";
import { useAsked } from "./ask";
import { usePlanNews } from "./news";
import { areaName } from "./names";
import { Shown, StatusBadge, When } from "./parts";
import { t } from "./text";
import { refusalText } from "./words";

/** The longest title that the server takes. */
const titleLength = 200;

/** Starts a plan, and goes on to draw it. */
function Create(): JSX.Element {
  const title = useSignal("");
  const approval = useSignal(false);
  const busy = useSignal(false);
  const refused = useSignal<string | null>(null);
  const start = async () => {
    busy.value = true;
    refused.value = null;
    try {
      const plan = await createPlan(title.value.trim(), approval.value);
      goTo({ view: "plan", params: { plan: plan.id } });
    } catch (e) {
      refused.value = refusalText(e, areaName);
    }
    busy.value = false;
  };
  return (
    <form
      class="create card"
      onSubmit={(e) => {
        e.preventDefault();
        void start();
      }}
    >
      <h2>{t("create")}</h2>
      <div class="plan-row">
        <label class="plan-field grow">
          <span>{t("titleOf")}</span>
          <input type="text" required maxLength={titleLength} value={title.value} placeholder={t("titleExample")} onInput={(e) => (title.value = e.currentTarget.value)} />
        </label>
        <label class="check">
          <input type="checkbox" checked={approval.value} onChange={(e) => (approval.value = e.currentTarget.checked)} />
          {t("askApproval")}
        </label>
        <button type="submit" class="button primary" disabled={busy.value || title.value.trim() === ""}>
          {t("start")}
        </button>
      </div>
      {refused.value !== null && <p class="stale" role="alert">{refused.value}</p>}
    </form>
  );
}

function Entry({ plan }: { plan: Plan }): JSX.Element {
  return (
    <li class="plan-entry card">
      <a href={linkTo({ params: { id: plan.id } })}>
        <span class="plan-entry-title">
          <Name of={plan.title} />
        </span>
        <StatusBadge plan={plan} />
        <span class="soft">
          {t("entryAbout", { n: formatNumber(plan.operations, language.value), base: plan.base_revision, name: plan.created_by.me ? t("me") : plan.created_by.name })} · <When at={plan.updated_at} />
        </span>
        {plan.behind && (plan.status === "draft" || plan.status === "approved" || plan.status === "scheduled") && <span class="entry-note">{t("entryBehind", { n: plan.current_revision })}</span>}
        {plan.needs_approval && plan.status === "draft" && <span class="entry-note">{t("entryApproval")}</span>}
        {plan.failure !== undefined && plan.failure !== "" && <span class="entry-alarm">{t("entryFailure")}</span>}
      </a>
    </li>
  );
}

/** All plans, those changed last first, and a way to begin one. */
export function PlanList(): JSX.Element {
  const asked = useAsked("plans", (signal) => listPlans(undefined, signal));
  usePlanNews(null, asked.again);
  const all = params.value.show === "all";
  return (
    <>
      {can("plan_boundaries") && <Create />}
      <div class="plan-row">
        <label class="check">
          <input type="checkbox" checked={all} onChange={(e) => setParams({ show: e.currentTarget.checked ? "all" : null })} />
          {t("showClosed")}
        </label>
      </div>
      <Shown of={asked}>
        {(plans) => {
          const shown = plans.filter((p) => all || (p.status !== "published" && p.status !== "discarded"));
          return shown.length === 0 ? (
            <p class="plan-empty">{t(plans.length === 0 ? "noPlans" : "noOpenPlans")}</p>
          ) : (
            <ul class="plan-entries">
              {shown.map((p) => (
                <Entry key={p.id} plan={p} />
              ))}
            </ul>
          );
        }}
      </Shown>
    </>
  );
}
