import type { JSX } from "preact";
import { params, setParams } from "../state/store";
import { colourings, type Colouring } from "./question";
import { answer, coloured, exposure, pause } from "./state";
import { t, type Key } from "./text";

const names: Record<Colouring, Key> = { count: "byCount", rate: "byRate", significance: "bySignificance" };

function choose(by: Colouring): void {
  pause();
  const { cell } = params.value;
  const chosen = answer.value?.hotspots.features.find((c) => c.id === cell);
  setParams({
    by: by === "count" ? null : by,
    of: null,
    // Significance has hexagons of its own size: what stands out in the chosen one stays chosen.
    ...(by === "significance" ? { cell: chosen?.properties.analysis_h3 ?? null } : {}),
  });
}

/** The choice of what colours say. */
export function ColourSwitch(): JSX.Element {
  const { by, of } = coloured.value;
  return (
    <>
      <fieldset class="heat-switch">
        <legend>{t("by")}</legend>
        {colourings.map((c) => (
          <label key={c}>
            <input type="radio" name="heat-by" checked={by === c} onChange={() => choose(c)} />
            <span>{t(names[c])}</span>
          </label>
        ))}
      </fieldset>
      {by === "significance" && (
        <fieldset class="heat-of">
          <legend>{t("of")}</legend>
          {(["count", "rate"] as const).map((o) => (
            <label key={o}>
              <input type="radio" name="heat-of" checked={of === o} onChange={() => setParams({ of: o === "count" ? null : o })} />
              <span>{t(o === "count" ? "ofCount" : "ofRateShort")}</span>
            </label>
          ))}
        </fieldset>
      )}
      {exposure.value !== null && (
        <fieldset class="heat-of">
          <legend>{t("against")}</legend>
          {(["household", "patrol_hour"] as const).map((e) => (
            <label key={e}>
              <input type="radio" name="heat-per" checked={exposure.value === e} onChange={() => setParams({ per: e === "household" ? null : "hour" })} />
              <span>{t(e === "household" ? "againstHouseholds" : "againstHours")}</span>
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}
