import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { linkTo, params } from "../state/store";
import { Skeleton } from "../ui/skeleton";
import { Bar } from "./bar";
import { CompareList, countsOf, RepairList } from "./comparelist";
import { ProblemList } from "./problemlist";
import { counted } from "./problems";
import { busy, endCheck, followShapes, looked, upToDate } from "./state";
import { t } from "./text";
import type { Import, Report } from "./types";
import { land, number, progressText, refusalText } from "./words";

/** How the check or the write goes. */
export function Running({ of: i }: { of: Import }): JSX.Element {
  const p = i.progress;
  return (
    <div>
      <div class="import-running">
        <div role="status">
          <Bar label={t(p === null ? "stageStart" : `stage_${p.stage}`)} share={p === null || p.of <= 0 ? null : p.done / p.of} says={p === null ? "" : progressText(p)} />
        </div>
        {/* While something is written there is a report: that is not stopped halfway. */}
        {i.report === null && (
          <button type="button" class="button" disabled={busy.value} onClick={() => void endCheck()}>
            {t("stopCheck")}
          </button>
        )}
      </div>
      <Skeleton says={t("loading")} lines="wide tall tall tall" />
    </div>
  );
}

/** Why the last step ended without an outcome. */
export function Failed({ of: i, title }: { of: Import; title: string }): JSX.Element | null {
  if (i.error === null) return null;
  return (
    <div class="stale" role="alert">
      <p>
        <strong>{title}</strong>
      </p>
      <p>{refusalText({ type: i.error.type ?? "", fault: i.error.problem ?? "", detail: i.error.detail ?? "", status: i.error.status ?? 0 })}</p>
    </div>
  );
}

function Verdict({ of: i }: { of: Import }): JSX.Element {
  const { errors, warnings } = counted(i.report?.problems ?? []);
  const kind = errors > 0 ? "error" : warnings > 0 ? "warning" : "clean";
  return (
    <p class={`import-verdict verdict-${kind}`} role="status">
      <span class={`import-mark mark-${kind}`} aria-hidden="true">
        {kind === "clean" ? "✓" : "!"}
      </span>
      {errors > 0 ? t("hasErrors", { n: number(errors) }) : warnings > 0 ? t("onlyWarnings", { n: number(warnings) }) : t("clean")}
    </p>
  );
}

function Figures({ of: i }: { of: Import }): JSX.Element | null {
  const r = i.report;
  if (r === null) return null;
  const c = countsOf(i);
  const figures = [
    { text: t("foundRead"), n: r.features_read },
    { text: t("foundOk"), n: r.features_ok },
    { text: t("change_new"), n: c.new },
    { text: t("change_changed"), n: c.changed },
    { text: t("change_gone"), n: c.gone },
    { text: t("change_unchanged"), n: c.unchanged },
  ];
  return (
    <dl class="import-figures">
      {figures.map((f) => (
        <div key={f.text}>
          <dt>{f.text}</dt>
          <dd>{number(f.n)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Says of gaps that are no problems of their own. */
function LeftOut({ of: r }: { of: Report }): JSX.Element | null {
  const n = r.gaps_left_out ?? 0;
  return n === 0 ? null : <p class="soft import-left-out">{t("gapsLeftOut", { n: number(n), size: land(r.gaps_left_out_m2 ?? 0) })}</p>;
}

/** The third step: what the check found, problem by problem and against what is in force. */
export function Check({ of: i }: { of: Import }): JSX.Element {
  useEffect(() => {
    looked.value = null;
    return followShapes(i.what === "areas" ? "check" : "preview");
  }, [i.id]);
  const shownTab = params.value.tab;
  useEffect(() => {
    looked.value = null;
  }, [shownTab]);
  if (i.state === "running") return <Running of={i} />;
  if (i.report === null) return <Failed of={i} title={t("checkFailed")} />;
  const repairs = i.report.repairs ?? [];
  const hasShapes = i.what === "areas";
  const problems = i.report.problems ?? [];
  const counts = countsOf(i);
  const differs = counts.new + counts.changed + counts.gone;
  const tabs = [
    { name: "problems", text: t("tab_problems", { n: number(problems.length + (i.report.problems_not_listed ?? 0)) }) },
    ...(hasShapes ? [{ name: "compare", text: t("tab_compare", { n: number(differs) }) }] : []),
    ...(repairs.length > 0 ? [{ name: "repairs", text: t("tab_repairs", { n: number(repairs.length) }) }] : []),
  ];
  const tab = tabs.find((x) => x.name === params.value.tab)?.name ?? "problems";
  return (
    <>
      {!upToDate.value && <p class="stale">{t("choicesChanged")}</p>}
      <Failed of={i} title={t("writeFailed")} />
      <Verdict of={i} />
      <Figures of={i} />
      <LeftOut of={i.report} />
      {tabs.length > 1 && (
        <nav class="import-tabs" aria-label={t("resultTabs")}>
          {tabs.map((x) => (
            <a key={x.name} href={linkTo({ params: { ...params.value, tab: x.name } })} {...(x.name === tab ? { "aria-current": "page" as const } : {})}>
              {x.text}
            </a>
          ))}
        </nav>
      )}
      {tab === "problems" && <ProblemList of={i} />}
      {tab === "compare" && <CompareList of={i} />}
      {tab === "repairs" && <RepairList repairs={repairs} />}
    </>
  );
}
