import type { JSX } from "preact";
import { language, t as common } from "../i18n/i18n";
import { setParams } from "../state/store";
import { formatNumber } from "../units/format";
import { vacanciesBy } from "./overlay";
import { coloured, colouredKind, vacant } from "./state";
import { t } from "./text";

/** What the colours of the map mean, in numbers, and the choice of what is coloured. */
export function Legend(): JSX.Element | null {
  const kind = colouredKind.value;
  const list = vacant.value;
  if (list === null) return null;
  const counts = [...vacanciesBy(kind, kind, list).values()];
  return (
    <section class="people-legend">
      <fieldset class="people-choice">
        <legend>{t("colourBy")}</legend>
        {coloured.map((k) => (
          <label key={k}>
            <input type="radio" name="colour" checked={k === kind} onChange={() => setParams({ colour: k === "grid" ? null : k })} />
            <span>{t(`colour_${k}`)}</span>
          </label>
        ))}
      </fieldset>
      <ul class="people-scale" aria-label={t("legend")}>
        {[1, 2, 3].map((n) => (
          <li key={n}>
            <i class={`vacant-shade vacant-${n}`} />
            <span>{t(n === 3 ? "orMore" : "exactly", { n })}</span>
            <span class="soft">×{formatNumber(counts.filter((c) => (n === 3 ? c >= 3 : c === n)).length, language.value)}</span>
          </li>
        ))}
      </ul>
      {kind !== "grid" && <p class="soft">{t("zoomIn", { kind: common(`${kind}s`) })}</p>}
    </section>
  );
}
