import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { cover } from "../map/cover";
import { gridMap } from "../map/handle";
import { canDrawMap } from "../map/webgl";
import { app } from "../state/app";
import { can, who } from "../state/session";
import { goTo, linkTo, params, selection } from "../state/store";
import { Sheet } from "../ui/sheet";
import { Bar, redo, undo } from "./bar";
import { chosenArea, held, letGo, line, outline, painted, picked, store } from "./desk";
import { drawPlan } from "./ground";
import { useHands } from "./hands";
import { HistoryList } from "./history";
import { Inspector, showArea } from "./inspector";
import { enterPlan, leavePlan, stepsLeft, watchSession } from "./kept";
import { hearChanges } from "./news";
import { ProblemList } from "./problems";
import { Refusal } from "./refusal";
import { Stage } from "./stage";
import { LiveStrip, TallyTable } from "./tallies";
import { t } from "./text";
import { days, nextTool } from "./tool";
import { ToolCard, ToolRow } from "./tools";
import { Skeleton } from "../ui/skeleton";

const leave = () => goTo({ view: "plans", params: {} });

/** Says who may redraw boundaries, and the way in. */
function Closed({ steps }: { steps: number }): JSX.Element {
  return (
    <Sheet label={t("title")} title={t(who.value === null ? "signInTitle" : "title")} onClose={() => goTo({ view: "map", params: {} })}>
      <p>{t(who.value === null ? "signInHelp" : "notYours")}</p>
      {steps > 0 && (
        <p class="stale" role="alert">
          {t("stepsLeft", { n: steps })}
        </p>
      )}
      {who.value === null && (
        <p class="panel-links">
          <a class="button" href={linkTo({ view: "signin", params: { next: linkTo({}) } })}>
            {t("signIn")}
          </a>
        </p>
      )}
    </Sheet>
  );
}

/** Says that there is no such plan, or none was named. */
function Missing({ named }: { named: boolean }): JSX.Element {
  return (
    <Sheet label={t("title")} title={t("title")} onClose={leave}>
      <p>{t(named ? "gone" : "noneNamed")}</p>
      <p class="panel-links">
        <a class="button" href={linkTo({ view: "plans", params: {} })}>
          {t("toPlans")}
        </a>
      </p>
    </Sheet>
  );
}

/** Keys that work wherever the focus is, but in a field. */
function useKeys(): void {
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      const inField = e.target instanceof Element && e.target.closest("input, textarea, select") !== null;
      if (inField || e.defaultPrevented) return;
      const control = (e.ctrlKey || e.metaKey) && !e.altKey;
      const key = e.key.toLowerCase();
      if (control && key === "z" && !e.shiftKey) void undo();
      else if (control && (key === "y" || (key === "z" && e.shiftKey))) void redo();
      else if (!control && e.key === "[") nextTool(-1);
      else if (!control && e.key === "]") nextTool(1);
      else if (e.key === "Escape" && (held.peek() !== null || line.peek().length > 0 || picked.peek().length > 0 || painted.peek().length > 0 || outline.peek() !== null)) letGo();
      else return;
      e.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

/** Draws the plan on whatever map there is. */
function OnMap(): JSX.Element | null {
  const grid = gridMap.value;
  const id = store.value?.id ?? null;
  useEffect(() => {
    if (grid === null || id === null) return;
    const ends = [drawPlan(grid, id), useHands(grid)];
    return () => {
      for (const end of ends) end();
    };
  }, [grid, id]);
  return grid === null ? null : <Stage grid={grid} />;
}

/** Shows what the plan is about the first time: the chosen area, or all of the district. */
function useFirstLook(): void {
  const looked = useRef(false);
  useSignalEffect(() => {
    const [grid, area] = [gridMap.value, chosenArea.value];
    const ready = store.value?.reading.value === "ready";
    if (looked.current || grid === null || !ready) return;
    looked.current = true;
    const bounds = app.peek()?.bounds ?? null;
    if (location.hash.includes("map=") && grid.map.getZoom() > 10.5) return;
    requestAnimationFrame(() => {
      if (area !== null) showArea(area);
      else if (bounds !== null) grid.showBox(bounds, cover());
    });
  });
}

function Editor({ id }: { id: string }): JSX.Element {
  useEffect(() => {
    const opened = enterPlan(id, days.peek());
    store.value = opened;
    selection.value = null;
    const ends = [hearChanges(opened), watchSession(opened)];
    return () => {
      for (const end of ends) end();
      letGo();
      leavePlan(opened);
      store.value = null;
    };
  }, [id]);
  const asked = useRef(days.peek());
  useSignalEffect(() => {
    const n = days.value;
    if (n !== asked.current) void store.peek()?.setDays(n);
    asked.current = n;
  });
  useKeys();
  useFirstLook();
  const s = store.value;
  const reading = s?.reading.value ?? "reading";
  const plan = s?.plan.value ?? null;
  if (reading === "gone") return <Missing named />;
  const mayEdit = plan?.allow.includes("edit") === true;
  const hasMap = canDrawMap();
  return (
    <>
      <div class="plan-frame" aria-hidden="true" />
      <Bar open={mayEdit} />
      {hasMap && <OnMap />}
      {hasMap && <LiveStrip />}
      <Sheet kind="plan" label={t("title")} title={plan?.title ?? null} above={t("above", { n: plan?.base_revision ?? "" })} busy={reading === "reading"} under={<ToolRow hasMap={hasMap} mayEdit={mayEdit} />}>
        {reading === "away" && (
          <div class="stale" role="alert">
            <p>{t("away")}</p>
            <button type="button" class="button" onClick={() => s?.retry()}>
              {t("retry")}
            </button>
          </div>
        )}
        {s?.waiting.value != null && (
          <div class="stale" role="alert">
            <p>{t("waitingSays", { n: s.pending.value.length })}</p>
            <button type="button" class="button" onClick={() => s.retry()}>
              {t("retry")}
            </button>
          </div>
        )}
        <Refusal />
        {plan === null ? (
          reading === "reading" && <Skeleton says={t("reading")} lines="wide tall tall" />
        ) : (
          <>
            {!mayEdit && <p class="stale">{t("notEditable")}</p>}
            {plan.behind && <p class="stale">{t("behind", { n: plan.current_revision })}</p>}
            {mayEdit && <ToolCard hasMap={hasMap} />}
            <Inspector mayEdit={mayEdit} />
            <TallyTable />
            <ProblemList />
            <HistoryList />
          </>
        )}
      </Sheet>
    </>
  );
}

/** Edit mode: boundaries are redrawn on the map, and what comes of it stands beside it. */
export function PlanScreen(): JSX.Element {
  const id = params.value.plan ?? null;
  if (who.value === undefined) return <Sheet label={t("title")} title={t("title")} busy><Skeleton says={t("reading")} lines="wide tall tall" /></Sheet>;
  if (!can("plan_boundaries")) return <Closed steps={id === null ? 0 : stepsLeft(id)} />;
  return id === null ? <Missing named={false} /> : <Editor key={id} id={id} />;
}
