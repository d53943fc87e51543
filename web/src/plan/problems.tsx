import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { cover } from "../map/cover";
import { gridMap } from "../map/handle";
import { keyName, store } from "./desk";
import { t } from "./text";
import { problemText } from "./said";
import { choose } from "./tool";
import type { PlanProblem } from "./types";
import { problemName } from "./words";

const few = 6;

/** Goes to where a problem is, and chooses the area that has it. */
function zoomTo(p: PlanProblem): void {
  const [first] = p.areas;
  if (first !== undefined) choose(first);
  gridMap.peek()?.goTo(p.lon, p.lat, 16, cover());
}

/** What is wrong with the plan; each entry zooms to its place. */
export function ProblemList(): JSX.Element {
  const whole = useSignal(false);
  const all = store.value?.problems.value ?? [];
  const checking = store.value?.checking.value === true;
  const errors = all.filter((p) => p.severity === "error").length;
  const shown = whole.value ? all : all.slice(0, few);
  return (
    <section class="plan-problems" aria-busy={checking}>
      <h3>
        {t("problems")}
        <span class="plan-counts" role="status">
          {checking ? t("checking") : all.length === 0 ? t("noProblems") : t("problemCounts", { errors, warnings: all.length - errors })}
        </span>
      </h3>
      {shown.length > 0 && (
        <ul>
          {shown.map((p, i) => (
            <li key={i}>
              <button type="button" class={`plan-problem ${p.severity}`} onClick={() => zoomTo(p)}>
                <i aria-hidden="true">!</i>
                <span>
                  <strong>
                    {t(p.severity)} · {problemName(p.problem)}
                  </strong>
                  <small>{problemText(p, keyName)}</small>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {all.length > few && (
        <button type="button" class="chip" aria-pressed={whole.value} onClick={() => (whole.value = !whole.value)}>
          {t(whole.value ? "fewRows" : "allOf", { n: all.length })}
        </button>
      )}
    </section>
  );
}
