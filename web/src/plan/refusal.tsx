import type { JSX } from "preact";
import { cover } from "../map/cover";
import { gridMap } from "../map/handle";
import { keyName, store } from "./desk";
import { t } from "./text";
import type { Refused } from "./store";
import { problemLine } from "./said";
import type { zh } from "./zh";

const known: Record<string, keyof typeof zh> = {
  "areas-changed": "refusedChanged",
  "version-conflict": "refusedVersion",
  "outside-scope": "refusedScope",
  "plan-closed": "refusedClosed",
  "unknown-node": "refusedNode",
  "not-found": "refusedNode",
  "line-does-not-cross": "refusedLine",
  "line-crosses-itself": "refusedKnot",
  junction: "refusedJunction",
  "unknown-area": "refusedArea",
  "nothing-to-undo": "refusedNothing",
  "nothing-to-redo": "refusedNothing",
};

/** Gives in words why the server did not do something. */
export function reasonOf({ error }: Refused): string {
  const [first] = error.problems;
  const areas = (error.areas.length > 0 ? error.areas : (first?.areas ?? [])).slice(0, 3).map(keyName).join(t("and"));
  if (error.type === "locked" || first?.problem === "LOCKED") return t("lockedBy", { area: areas });
  const text = known[error.type];
  if (text !== undefined) return t(text, { areas });
  if (first !== undefined) return t("refusedProblem", { problem: problemLine(first, keyName) });
  return error.trouble === "private" ? t("refusedRight") : t("refused", { detail: error.detail });
}

/** What the server did not do, and why; the planner reads it and goes on. */
export function Refusal(): JSX.Element | null {
  const s = store.value;
  const refused = s?.refused.value ?? null;
  if (s === null || refused === null) return null;
  const [place] = refused.error.problems;
  return (
    <div class="plan-refusal" role="alert">
      <p>{reasonOf(refused)}</p>
      <div class="plan-ends">
        {place !== undefined && (
          <button type="button" class="chip" onClick={() => gridMap.peek()?.goTo(place.lon, place.lat, 16, cover())}>
            {t("showPlace")}
          </button>
        )}
        <button type="button" class="chip" onClick={() => s.understood()}>
          {t("understood")}
        </button>
      </div>
    </div>
  );
}
