import type { JSX } from "preact";
import { language } from "../i18n/i18n";
import { setParams } from "../state/store";
import { formatNumber } from "../units/format";
import { classAt, shadeOf } from "./classes";
import { classes } from "./overlay";
import { colouredBy, rows } from "./state";
import { t } from "./text";

/** What the colours of the map mean, in numbers, and the choice of what they show. */
export function Legend(): JSX.Element {
  const by = colouredBy.value;
  const all = classes();
  const number = (n: number) => formatNumber(n, language.value);
  const counts = all.map((_, i) => (rows.value ?? []).filter((r) => classAt(all, by === "vacancies" ? r.vacant : r.households) === i).length);
  return (
    <section class="grids-legend">
      <fieldset class="choice">
        <legend>{t("colourBy")}</legend>
        {(["households", "vacancies"] as const).map((b) => (
          <label key={b}>
            <input type="radio" name="colour" checked={by === b} onChange={() => setParams({ by: b === "households" ? null : b })} />
            <span>{t(b === "households" ? "byHouseholds" : "byVacancies")}</span>
          </label>
        ))}
      </fieldset>
      <ul class="scale" aria-label={t(by === "households" ? "legendHouseholds" : "legendVacancies")}>
        {all.map((c, i) => (
          <li key={c.from}>
            <i class={`shade shade-${shadeOf(i, all.length, 5)}`} />
            <span>{c.from === c.to ? number(c.from) : t("range", { from: number(c.from), to: number(c.to) })}</span>
            <span class="soft">×{counts[i]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
