import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { HotspotCell } from "../api/hotspots";
import { language } from "../i18n/i18n";
import { cover } from "../map/cover";
import { gridMap } from "../map/handle";
import { params, setParams } from "../state/store";
import { Name } from "../ui/name";
import { formatNumber } from "../units/format";
import { middleOf, ranked } from "./frames";
import { spots } from "./overlay";
import { findPlaces, placeOf } from "./places";
import { answer, frame, playing } from "./state";
import { t } from "./text";
import { howMany } from "./words";

const page = 8;

function show(c: HotspotCell): void {
  const [lon, lat] = middleOf(c);
  spots.value = [];
  setParams({ cell: c.id });
  const map = gridMap.peek();
  if (map !== null) map.uncover(lon, lat, cover());
}

/** The hexagons with most reports, in words: what the map says, for those who do not see it. */
export function Places(): JSX.Element | null {
  const shown = useSignal(page);
  const a = answer.value;
  const all = a === null ? [] : ranked(a.hotspots, frame.value);
  const rows = all.slice(0, shown.value);
  const asked = rows.map((r) => r.h3).join();
  useEffect(() => {
    if (!playing.value) void findPlaces(rows.map((r) => r.cell));
  }, [asked, playing.value]);
  if (a === null || all.length === 0) return null;
  return (
    <section class="heat-places">
      <h3 id="heat-places">{t("tableTitle")}</h3>
      <p class="soft">{t("tableHelp", { n: formatNumber(all.length, language.value) })}</p>
      <table aria-labelledby="heat-places">
        <thead class="visually-hidden">
          <tr>
            <th scope="col">{t("place")}</th>
            <th scope="col">{t("count")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => {
            const name = placeOf(r.h3);
            const chosen = params.value.cell === r.h3;
            return (
              <tr key={r.h3} class={chosen ? "chosen" : ""}>
                <td>
                  <button type="button" aria-label={t("showOnMap", { name: name ?? r.h3, n: howMany(r.n) })} aria-pressed={chosen} onClick={() => show(r.cell)}>
                    {name === null ? <i class="heat-waiting" /> : <Name of={name} />}
                  </button>
                </td>
                <td class={r.n === null ? "soft" : ""}>{r.n === null ? t("hidden") : formatNumber(r.n, language.value)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {all.length > rows.length && (
        <button type="button" class="button heat-more" onClick={() => (shown.value += 3 * page)}>
          {t("tableMore")}
        </button>
      )}
    </section>
  );
}
