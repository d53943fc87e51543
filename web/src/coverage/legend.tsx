import type { JSX } from "preact";
import { setParams } from "../state/store";
import { dayClasses } from "./days";
import { drawn } from "./state";
import { t } from "./text";
import { classText } from "./words";

/** What the colours of the map mean, and the choice of what has them. */
export function Legend(): JSX.Element {
  const show = drawn.value;
  return (
    <section class="coverage-legend">
      <fieldset class="coverage-switch">
        <legend>{t("map")}</legend>
        {(["cells", "parts"] as const).map((s) => (
          <label key={s}>
            <input type="radio" name="coverage-show" checked={show === s} onChange={() => setParams({ show: s === "cells" ? null : s })} />
            <span>{t(s)}</span>
          </label>
        ))}
      </fieldset>
      <h3>{t("legend")}</h3>
      <ul>
        {dayClasses.map((c, i) => (
          <li key={c.from}>
            <i class={`coverage-shade coverage-shade-${i}`} aria-hidden="true" />
            {classText(i)}
          </li>
        ))}
        {show === "parts" && (
          <li>
            <i class="coverage-shade coverage-shade-none" aria-hidden="true" />
            {t("notSeen")}
          </li>
        )}
      </ul>
      <p class="soft">{t(show === "cells" ? "legendHelp" : "legendHelpParts")}</p>
    </section>
  );
}
