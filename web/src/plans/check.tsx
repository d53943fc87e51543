import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { language } from "../i18n/i18n";
import { check } from "../plan/client";
import type { CheckAnswer, Plan, PlanProblem } from "../plan/types";
import { problemText } from "../plan/said";
import { problemName } from "../plan/words";
import { linkTo } from "../state/store";
import { formatNumber } from "../units/format";
import { useAsked, type Asked } from "./ask";
import { Shown } from "./parts";
import { t } from "./text";
import { areaName } from "./names";

/** Asks for the complete check of a plan as it is now. */
export function useCheck(plan: Plan): Asked<CheckAnswer> {
  return useAsked(`check ${plan.id} ${plan.etag}`, (signal) => check(plan.id, signal));
}

/** How many problems are listed before more are asked for. */
const first = 50;

/** How near the map looks at a problem. */
const zoom = 15;

function Problem({ of: p, plan }: { of: PlanProblem; plan: Plan }): JSX.Element {
  const editable = plan.allow.includes("edit");
  const place = { camera: { zoom, lon: p.lon, lat: p.lat } };
  return (
    <li class={`problem problem-${p.severity}`}>
      <div>
        <strong>{problemName(p.problem)}</strong>
        <p>{problemText(p, areaName)}</p>
      </div>
      <a class="button" href={editable ? linkTo({ view: "plan", params: { plan: plan.id }, ...place }) : linkTo({ view: "map", selection: { type: "point", lon: p.lon, lat: p.lat, accuracyM: null }, ...place })}>
        {t("toPlace")}
      </a>
    </li>
  );
}

function Group({ severity, of, plan }: { severity: "error" | "warning"; of: PlanProblem[]; plan: Plan }): JSX.Element {
  const n = formatNumber(of.length, language.value);
  const all = useSignal(false);
  return (
    <section class="plan-section">
      <h2>{t(severity === "error" ? "errors" : "warnings", { n })}</h2>
      <p class="soft">{t(of.length === 0 ? (severity === "error" ? "noErrors" : "noWarnings") : severity === "error" ? "errorsBlock" : "warningsNote")}</p>
      <ul class="problems">
        {(all.value ? of : of.slice(0, first)).map((p, i) => (
          <Problem key={`${p.problem} ${p.areas.join()} ${i}`} of={p} plan={plan} />
        ))}
      </ul>
      {!all.value && of.length > first && (
        <button type="button" class="button" onClick={() => (all.value = true)}>
          {t("showAll", { n })}
        </button>
      )}
    </section>
  );
}

/** What is wrong with a plan: what blocks it, and what needs a word. */
export function CheckTab({ plan }: { plan: Plan }): JSX.Element {
  const asked = useCheck(plan);
  return (
    <Shown of={asked}>
      {(c) => (
        <>
          <Group severity="error" of={c.errors} plan={plan} />
          <Group severity="warning" of={c.warnings} plan={plan} />
        </>
      )}
    </Shown>
  );
}
