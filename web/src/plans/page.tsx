import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { language } from "../i18n/i18n";
import { compare, discard, readPlan, rebase, renamePlan } from "../plan/client";
import type { Kind } from "../api/types";
import type { PlanWithHistory } from "../plan/types";
import { operationName } from "../plan/words";
import { linkTo, params, tell } from "../state/store";
import { Name } from "../ui/name";
import { formatNumber } from "../units/format";
import { useAsked } from "./ask";
import { CheckTab } from "./check";
import { ComparePage } from "./compare";
import { ImpactTab } from "./impact";
import { areaName, askNames, learnNames } from "./names";
import { usePlanNews } from "./news";
import { Shown, StatusBadge, Tabs, When } from "./parts";
import { PublishTab } from "./publish";
import { t } from "./text";
import { refusalText } from "./words";

const tabs = ["check", "impact", "compare", "publish"] as const;
type Tab = (typeof tabs)[number];

/** How many of the last operations are shown before all are asked for. */
const lastOperations = 5;

/** From this many characters on a title is written smaller: it would fill a phone. */
const longTitle = 60;

function shownTab(): Tab {
  return tabs.find((x) => x === params.value.tab) ?? "check";
}

/** The title, which can be changed in place. */
function Title({ plan, onChange }: { plan: PlanWithHistory; onChange: () => void }): JSX.Element {
  const editing = useSignal<string | null>(null);
  const refused = useSignal<string | null>(null);
  const text = editing.value;
  if (text === null) {
    return (
      <div class="plan-title">
        <h1 class={plan.title.length > longTitle ? "long" : ""}>
          <Name of={plan.title} />
        </h1>
        <StatusBadge plan={plan} />
        {plan.allow.includes("edit") && (
          <button type="button" class="button small" onClick={() => (editing.value = plan.title)}>
            {t("retitle")}
          </button>
        )}
      </div>
    );
  }
  return (
    <form
      class="plan-row"
      onSubmit={(e) => {
        e.preventDefault();
        renamePlan(plan.id, text.trim()).then(
          () => {
            editing.value = null;
            onChange();
          },
          (x: unknown) => (refused.value = refusalText(x, areaName)),
        );
      }}
    >
      <h1 class="visually-hidden">{plan.title}</h1>
      <label class="plan-field grow">
        <span>{t("titleOf")}</span>
        <input type="text" required maxLength={200} value={text} ref={(field) => field?.focus()} onInput={(e) => (editing.value = e.currentTarget.value)} />
      </label>
      <button type="submit" class="button primary" disabled={text.trim() === ""}>{t("save")}</button>
      <button type="button" class="button" onClick={() => (editing.value = null)}>{t("cancel")}</button>
      {refused.value !== null && <p class="stale" role="alert">{refused.value}</p>}
    </form>
  );
}

/** Learns what areas are called that the plan makes or renames. */
function useNames(plan: PlanWithHistory): void {
  const open = plan.status !== "published" && plan.status !== "discarded";
  const asked = useAsked(open && plan.operations > 0 ? `names ${plan.id} ${plan.etag}` : null, (signal) => compare(`revision:${plan.base_revision}`, `plan:${plan.id}`, signal));
  useEffect(() => askNames("grid", "village", "village_group", "compound"), []);
  useEffect(() => {
    if (asked.value !== null) learnNames(asked.value.changes.flatMap((c) => (c.after === null ? [] : [[`${c.kind}:${c.after.code}`, c.after] as const])));
  }, [asked.value]);
}

/** What was done so far, the last first. */
function History({ plan }: { plan: PlanWithHistory }): JSX.Element | null {
  const all = useSignal(false);
  if (plan.history.length === 0) return <p class="soft">{t("nothingDone")}</p>;
  const entries = [...plan.history].reverse();
  const shown = all.value ? entries : entries.slice(0, lastOperations);
  return (
    <details class="history">
      <summary>{t("operations", { n: formatNumber(plan.history.length, language.value) })}</summary>
      <ol reversed start={entries.length}>
        {shown.map((h) => (
          <li key={h.n}>
            {operationName(h.op, (kind: Kind, code: string) => areaName(`${kind}:${code}`))} <span class="soft">{h.by.me ? t("me") : h.by.name} · <When at={h.at} /></span>
          </li>
        ))}
      </ol>
      {!all.value && entries.length > lastOperations && (
        <button type="button" class="button small" onClick={() => (all.value = true)}>
          {t("showAll", { n: formatNumber(entries.length, language.value) })}
        </button>
      )}
    </details>
  );
}

/** Gives a plan up, after asking once more. */
function Discard({ plan, onChange }: { plan: PlanWithHistory; onChange: () => void }): JSX.Element {
  const sure = useSignal(false);
  const refused = useSignal<string | null>(null);
  if (!sure.value) return <button type="button" class="button" onClick={() => (sure.value = true)}>{t("discard")}</button>;
  return (
    <span class="plan-row discard" role="group" aria-label={t("discard")}>
      <span>{t("discardSure")}</span>
      <button
        type="button"
        class="button danger"
        onClick={() =>
          void discard(plan.id).then(
            () => {
              tell(t("discardedNow"));
              onChange();
            },
            (e: unknown) => (refused.value = refusalText(e, areaName)),
          )
        }
      >
        {t("discardYes")}
      </button>
      <button type="button" class="button" onClick={() => (sure.value = false)}>{t("cancel")}</button>
      {refused.value !== null && <span class="stale" role="alert">{refused.value}</span>}
    </span>
  );
}

/** Says that other boundaries are in force than those the plan starts from, and how to catch up. */
function Behind({ plan, onChange }: { plan: PlanWithHistory; onChange: () => void }): JSX.Element {
  const busy = useSignal(false);
  const refused = useSignal<string | null>(null);
  const go = async () => {
    busy.value = true;
    try {
      await rebase(plan.id);
      refused.value = null;
      tell(t("rebased", { n: plan.current_revision }));
      onChange();
    } catch (e) {
      refused.value = refusalText(e, areaName);
    }
    busy.value = false;
  };
  return (
    <div class="stale" role="alert">
      <p>{t("stepBehind", { base: plan.base_revision, n: plan.current_revision })} {t("behindHelp")}</p>
      {refused.value !== null && <p>{refused.value}</p>}
      {plan.allow.includes("rebase") && (
        <button type="button" class="button" disabled={busy.value} onClick={() => void go()}>
          {t("rebase")}
        </button>
      )}
    </div>
  );
}

function Page({ plan, again }: { plan: PlanWithHistory; again: () => void }): JSX.Element {
  const tab = shownTab();
  const open = plan.status !== "published" && plan.status !== "discarded";
  useNames(plan);
  return (
    <>
      <Title plan={plan} onChange={again} />
      <p class="soft">
        {t("planAbout", { base: plan.base_revision, name: plan.created_by.me ? t("me") : plan.created_by.name })} · <When at={plan.updated_at} />
      </p>
      {plan.failure !== undefined && plan.failure !== "" && <p class="stale" role="alert">{t("failure", { why: plan.failure })}</p>}
      {open && plan.behind && tab !== "publish" && <Behind plan={plan} onChange={again} />}
      <History plan={plan} />
      <div class="plan-row plan-do">
        {plan.allow.includes("edit") && (
          <a class={`button${tab === "publish" ? "" : " primary"}`} href={linkTo({ view: "plan", params: { plan: plan.id } })}>
            {t("edit")}
          </a>
        )}
        {plan.allow.includes("discard") && <Discard plan={plan} onChange={again} />}
      </div>
      <Tabs label={t("aboutPlan")} active={tab} of={tabs.map((name) => ({ name, text: t(`tab_${name}`), params: { id: plan.id, tab: name } }))} />
      {tab === "check" && <CheckTab plan={plan} />}
      {tab === "impact" && <ImpactTab plan={plan} />}
      {tab === "compare" && <ComparePage plan={plan} />}
      {tab === "publish" && <PublishTab plan={plan} onChange={again} />}
    </>
  );
}

/** One plan: what is wrong with it, what it would do, how it differs, and its publish. */
export function PlanPage({ id }: { id: string }): JSX.Element {
  const asked = useAsked(`plan ${id}`, (signal) => readPlan(id, signal));
  usePlanNews(id, asked.again);
  return <Shown of={asked}>{(plan) => <Page plan={plan} again={asked.again} />}</Shown>;
}
