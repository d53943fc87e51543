import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { language } from "../i18n/i18n";
import { setParams } from "../state/store";
import { formatNumber, mu } from "../units/format";
import { chosenArea, keyName, live, store, topology } from "./desk";
import { showArea } from "./inspector";
import { meanOf, rowsOf, type Row } from "./numbers";
import { t } from "./text";
import { choose, days } from "./tool";
import { Skeleton } from "../ui/skeleton";

/** The rows shown while not all are asked for. */
const few = 8;

/** Writes a difference with its sign; nothing where there is none. */
function signed(n: number): string {
  if (Math.abs(n) < 0.5) return "";
  return `${n > 0 ? "+" : "−"}${formatNumber(Math.abs(n), language.value)}`;
}

function Cell({ now, by }: { now: number | null; by: number }): JSX.Element {
  const difference = signed(by);
  return (
    <td class="number">
      {now === null ? "–" : formatNumber(now, language.value)}
      {difference !== "" && <ins class={by > 0 ? "more" : "less"}>{difference}</ins>}
    </td>
  );
}

function Line({ row, mean, band }: { row: Row; mean: number; band: number }): JSX.Element {
  const { now } = row;
  const far = now !== null && mean > 0 && Math.abs(now.households / mean - 1) > band;
  return (
    <tr class={row.live ? "live" : ""} aria-current={chosenArea.value?.key === row.key ? "true" : undefined}>
      <th scope="row">
        <button
          type="button"
          disabled={now === null}
          onClick={() => {
            const a = topology.peek()?.area(row.key);
            choose(row.key);
            if (a !== undefined) showArea(a);
          }}
        >
          {keyName(row.key)}
        </button>
        {far && <small class="far" title={t("farSays", { percent: Math.round(band * 100) })}>{t("far")}</small>}
        {now === null && <small class="soft">{t("goneNow")}</small>}
      </th>
      <Cell now={now === null ? null : Math.round(now.households)} by={row.households} />
      <Cell now={now?.reports ?? null} by={row.reports} />
      <Cell now={now === null ? null : now.areaM2 / mu} by={row.areaM2 / mu} />
    </tr>
  );
}

/** The same on a phone, where the sheet is too low for the table while a finger moves something. */
export function LiveStrip(): JSX.Element | null {
  const tallies = store.value?.tallies.value ?? null;
  if (tallies === null || live.value.size === 0) return null;
  const rows = rowsOf(tallies.all.filter((a) => live.value.has(a.key)), live.value, null);
  return (
    <ul class="plan-live card" aria-hidden="true">
      {rows.slice(0, 5).map((r) => (
        <li key={r.key}>
          <span>{keyName(r.key)}</span>
          <b>{t("householdsOf", { n: signed(r.households) || "±0" })}</b>
          <b>{t("reportsOf", { n: signed(r.reports) || "±0" })}</b>
        </li>
      ))}
    </ul>
  );
}

/** What grids would have, beside what they have: follows what is held within a frame. */
export function TallyTable(): JSX.Element {
  const whole = useSignal(false);
  const tallies = store.value?.tallies.value ?? null;
  const band = store.value?.basis.value?.household_band ?? 0.35;
  const classOf = (key: string) => topology.value?.area(key)?.properties.class ?? "";
  return (
    <section class="plan-tallies">
      <h3>{t("tallies")}</h3>
      {tallies === null ? (
        <Skeleton says={t("reading")} lines="tall tall" />
      ) : (
        <Rows whole={whole.value} band={band} classOf={classOf} all={rowsOf(tallies.all, live.value, chosenArea.value?.key ?? null)} />
      )}
      <div class="plan-tally-foot">
        <label class="plan-choice">
          <span>{t("window")}</span>
          <select value={String(days.value)} onChange={(e) => setParams({ days: e.currentTarget.value === "365" ? null : e.currentTarget.value })}>
            {[30, 90, 180, 365].map((n) => (
              <option key={n} value={String(n)}>
                {t("daysOf", { n })}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="chip" aria-pressed={whole.value} onClick={() => (whole.value = !whole.value)}>
          {t(whole.value ? "fewRows" : "allRows")}
        </button>
      </div>
    </section>
  );
}

function Rows({ all, whole, band, classOf }: { all: Row[]; whole: boolean; band: number; classOf: (key: string) => string }): JSX.Element {
  const differing = all.filter((r) => r.differs || r.key === chosenArea.value?.key);
  const shown = whole ? all : differing.slice(0, few);
  const means = new Map(["urban", "rural", ""].map((c) => [c, meanOf(all.filter((r) => classOf(r.key) === c))]));
  if (shown.length === 0) return <p class="soft">{t("noDifference")}</p>;
  return (
    <div class="plan-scroll">
      <table>
        <caption class="visually-hidden">{t("tallies")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("gridColumn")}</th>
            <th scope="col" class="number">{t("households")}</th>
            <th scope="col" class="number">{t("reports")}</th>
            <th scope="col" class="number">{t("size")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <Line key={row.key} row={row} band={band} mean={means.get(classOf(row.key)) ?? 0} />
          ))}
        </tbody>
      </table>
      {!whole && differing.length > few && <p class="soft">{t("moreRows", { n: differing.length - few })}</p>}
    </div>
  );
}
