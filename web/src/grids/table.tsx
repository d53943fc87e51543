import type { ComponentChildren, JSX } from "preact";
import type { Seat } from "../api/types";
import { language } from "../i18n/i18n";
import { linkTo, selection } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { formatArea, formatNumber } from "../units/format";
import { deviation, filled, gridPosts, spreadOf, type Column, type GridPost, type Row, type Spread } from "./rows";
import { shown, sortBy, sorting } from "./state";
import { className, t } from "./text";

const number = (n: number) => formatNumber(n, language.value);

function percentOf(share: number): string {
  return new Intl.NumberFormat(language.value === "zh" ? "zh-CN" : "en-GB", { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" }).format(share);
}

function Head({ column, numeric = false, children }: { column: Column; numeric?: boolean; children: ComponentChildren }): JSX.Element {
  const { column: by, down } = sorting.value;
  const active = by === column;
  return (
    <th scope="col" class={numeric ? "number" : ""} aria-sort={active ? (down ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={() => sortBy(column)}>
        {children}
        <span class={`sort${active ? " active" : ""}`}>
          <Icon name={active && !down ? "up" : "down"} />
        </span>
      </button>
    </th>
  );
}

/** How far a number is from the mean: a bar to either side, the share in figures, and in words for those who hear it. */
function FromMean({ share, most }: { share: number; most: number }): JSX.Element {
  const width = most === 0 ? 0 : Math.min(Math.abs(share) / most, 1) * 50;
  return (
    <span class="from-mean" title={t("deviationSays", { percent: percentOf(Math.abs(share)).replace("+", ""), word: t(share < 0 ? "less" : "more") })}>
      <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class={share < 0 ? "bar-less" : "bar-more"} x={share < 0 ? 50 - width : 50} y="1" width={width} height="8" />
        <path d="M50 0v10" />
      </svg>
      <span class="percent">{percentOf(share)}</span>
    </span>
  );
}

function Staff({ seats, post }: { seats: readonly Seat[]; post: GridPost }): JSX.Element {
  if (seats.length === 0) return <span class="soft">{t("noSeat")}</span>;
  if (post === "grid_member") {
    const n = filled(seats);
    return (
      <span class={n < seats.length ? "short" : ""} title={t("filledSays", { n, of: seats.length })}>
        {t("filledOf", { n, of: seats.length })}
      </span>
    );
  }
  return (
    <>
      {seats.map((s) => (
        <span key={s.number} class="holder">
          {s.vacant === true && <span class="short">{t("vacantSeat")}</span>}
          {s.name !== undefined && (s.vacant === true ? <span class="soft">{t("acting", { name: s.name })}</span> : <Name of={s.name} />)}
          {s.name === undefined && s.vacant !== true && <span>✓</span>}
        </span>
      ))}
    </>
  );
}

function Line({ row: r, mean, most }: { row: Row; mean: number; most: number }): JSX.Element {
  const s = selection.value;
  const chosen = s?.type === "area" && s.ref.kind === "grid" && s.ref.code === r.code;
  const size = formatArea(r.areaM2, language.value);
  return (
    <tr class={chosen ? "chosen" : ""} onClick={() => (selection.value = { type: "area", ref: { kind: "grid", code: r.code } })}>
      <th scope="row">
        <a href={linkTo({ selection: { type: "area", ref: { kind: "grid", code: r.code } } })} {...(chosen ? { "aria-current": "true" as const } : {})} onClick={(e) => e.stopPropagation()}>
          <Name of={r.name} />
        </a>
        <span class="code">{r.code}</span>
      </th>
      <td>
        <Name of={r.township} />
        <span class="code">{className(r.class)}</span>
      </td>
      <td class="number">
        {number(r.households)}
        <FromMean share={deviation(r.households, mean)} most={most} />
      </td>
      <td class="number">{number(r.population)}</td>
      <td class="number">
        {size.km2}
        <span class="code">{t("mu", { n: size.mu })}</span>
      </td>
      {gridPosts.map((post) => (
        <td key={post}>
          <Staff seats={r.seats[post]} post={post} />
        </td>
      ))}
      <td class="number">
        <a class={r.vacant === 0 ? "soft" : "short"} href={linkTo({ view: "people", selection: { type: "area", ref: { kind: "grid", code: r.code } } })} aria-label={t("postsOf", { name: r.name, n: r.vacant })} onClick={(e) => e.stopPropagation()}>
          {r.vacant}
        </a>
      </td>
    </tr>
  );
}

function Totals({ rows }: { rows: readonly Row[] }): JSX.Element | null {
  const spreads = { households: spreadOf(rows.map((r) => r.households)), population: spreadOf(rows.map((r) => r.population)), area: spreadOf(rows.map((r) => r.areaM2)) };
  const { households, population, area } = spreads;
  if (households === null || population === null || area === null) return null;
  const vacant = rows.reduce((n, r) => n + r.vacant, 0);
  const line = (of: keyof Spread, label: string) => (
    <tr key={of}>
      <th scope="row">{label}</th>
      <td />
      <td class="number">{number(households[of])}</td>
      <td class="number">{number(population[of])}</td>
      <td class="number">{formatArea(area[of], language.value).km2}</td>
      {gridPosts.map((post) => {
        const seats = rows.flatMap((r) => r.seats[post]);
        return <td key={post}>{of === "total" && t("filledOf", { n: filled(seats), of: seats.length })}</td>;
      })}
      <td class="number">{of === "total" && number(vacant)}</td>
    </tr>
  );
  return (
    <tfoot>
      {line("total", t("total"))}
      {line("mean", t("mean"))}
      {line("min", t("min"))}
      {line("max", t("max"))}
    </tfoot>
  );
}

/** All grids that the filter lets through, with totals. */
export function Table(): JSX.Element {
  const rows = shown.value;
  const mean = spreadOf(rows.map((r) => r.households))?.mean ?? 0;
  const most = Math.max(0, ...rows.map((r) => Math.abs(deviation(r.households, mean))));
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={t("table")}>
      <table class="grids-table">
        <caption class="visually-hidden">{t("table")}</caption>
        <thead>
          <tr>
            <Head column="name">{t("name")}</Head>
            <Head column="township">{t("township")}</Head>
            <Head column="households" numeric>
              {t("households")}
            </Head>
            <Head column="population" numeric>
              {t("population")}
            </Head>
            <Head column="area" numeric>
              {t("areaKm2")}
            </Head>
            {gridPosts.map((post) => (
              <Head key={post} column={post}>
                {t(post)}
              </Head>
            ))}
            <Head column="vacant" numeric>
              {t("vacant")}
            </Head>
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <Line key={r.code} row={r} mean={mean} most={most} />
          ))}
        </tbody>
        <Totals rows={rows} />
      </table>
    </div>
  );
}
