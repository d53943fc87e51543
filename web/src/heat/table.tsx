import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { HotspotCell } from "../api/hotspots";
import { language } from "../i18n/i18n";
import { cover } from "../map/cover";
import { gridMap } from "../map/handle";
import { params, setParams } from "../state/store";
import { Name } from "../ui/name";
import { formatNumber } from "../units/format";
import { countOf, middleOf } from "./frames";
import { spots } from "./overlay";
import { findPlaces, placeOf } from "./places";
import type { Colouring } from "./question";
import { StandingText } from "./standing";
import { answer, coloured, exposure, frame, playing } from "./state";
import { t, type Key } from "./text";
import { ranked, rateOf, standingOf } from "./values";
import { howMany, pValue, rate, zScore } from "./words";

const page = 8;

const titles: Record<Colouring, [Key, Key]> = {
  count: ["tableTitle", "tableHelp"],
  rate: ["tableTitleRate", "tableHelpRate"],
  significance: ["tableTitleSignificance", "tableHelpSignificance"],
};

function show(c: HotspotCell): void {
  const [lon, lat] = middleOf(c);
  spots.value = [];
  setParams({ cell: c.id });
  const map = gridMap.peek();
  if (map !== null) map.uncover(lon, lat, cover());
}

/** A column beside the place. Those that the colour does not show are seen where the card is wide, and read out everywhere. */
interface Column {
  name: Key;
  of: (c: HotspotCell) => ComponentChildren;
  shown: boolean;
}

function columnsOf(by: Colouring, frame: number | null): Column[] {
  const number = (n: number | null | undefined, written: (n: number) => string) => (n === undefined ? "–" : n === null ? <span class="soft">{t("hidden")}</span> : written(n));
  const whole = (n: number) => formatNumber(n, language.value);
  return [
    { name: "count", shown: true, of: (c) => number(countOf(c, frame), whole) },
    { name: exposure.value === "patrol_hour" ? "perHour" : "rate", shown: by === "rate", of: (c) => number(rateOf(c, frame), rate) },
    { name: "households", shown: false, of: (c) => number(c.properties.households, whole) },
    { name: "z", shown: false, of: (c) => number(c.properties.z_score, zScore) },
    { name: "p", shown: false, of: (c) => number(c.properties.p_value, pValue) },
    {
      name: "standing",
      shown: by === "significance",
      of: (c) => {
        const s = standingOf(c);
        return s === null ? "–" : <StandingText of={s} />;
      },
    },
  ];
}

/** The hexagons that stand out most, in words: what the map says, for those who do not see it. */
export function Places(): JSX.Element | null {
  const shown = useSignal(page);
  const a = answer.value;
  const { by } = coloured.value;
  const all = a === null ? [] : ranked(a.hotspots, frame.value, by);
  const rows = all.slice(0, shown.value);
  const asked = rows.map((r) => r.id).join();
  useEffect(() => {
    if (!playing.value) void findPlaces(rows);
  }, [asked, playing.value]);
  if (a === null || all.length === 0) return null;
  const [title, help] = by === "rate" && exposure.value === "patrol_hour" ? (["tableTitlePerHour", "tableHelpPerHour"] as const) : titles[by];
  const columns = columnsOf(by, frame.value);
  return (
    <section class="heat-places">
      <h3 id="heat-places">{t(title)}</h3>
      <p class="soft">{t(help, { n: formatNumber(all.length, language.value) })}</p>
      <table aria-labelledby="heat-places">
        <thead>
          <tr>
            <th scope="col">{t("place")}</th>
            {columns.map((c) => (
              <th key={c.name} scope="col" class={c.shown ? "" : "heat-extra"}>
                <span>{t(c.name)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => {
            const name = placeOf(r.id);
            const chosen = params.value.cell === r.id;
            return (
              <tr key={r.id} class={chosen ? "chosen" : ""}>
                <td>
                  <button type="button" aria-label={t("showOnMap", { name: name ?? r.id, n: howMany(countOf(r, frame.value)) })} aria-pressed={chosen} onClick={() => show(r)}>
                    {name === null ? <i class="heat-waiting" /> : <Name of={name} />}
                  </button>
                </td>
                {columns.map((c) => (
                  <td key={c.name} class={c.shown ? "" : "heat-extra"}>
                    <span>{c.of(r)}</span>
                  </td>
                ))}
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
