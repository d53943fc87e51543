import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { get } from "../api/client";
import { askCategories, categoryName } from "../case/category";
import { language, word } from "../i18n/i18n";
import { compare, impact, impactUrl } from "../plan/client";
import type { Impact, LoadNumbers, PersonNumbers, Plan, Seat, Spread } from "../plan/types";
import { params, setParams } from "../state/store";
import { Name } from "../ui/name";
import { formatNumber } from "../units/format";
import { useAsked, type Asked } from "./ask";
import { boxAround } from "./box";
import { flowsOf, touched } from "./figures";
import { areaName, askNames, learnNames } from "./names";
import { Pair } from "./pair";
import { AreaRef, Shown, Table } from "./parts";
import { t } from "./text";
import { areaText, signed, splitArea } from "./words";

/** For how many days back reports are counted: what there is to choose, and what is chosen first. */
const spans = ["30", "90", "365", "1095"];
const usual = "365";

/** How many lines a table has before more are asked for. */
const first = 25;

/** Gives over how many days reports are counted, as the address says. */
export function daysOf(): number {
  return Number(spans.includes(params.value.days ?? "") ? params.value.days : usual);
}

/** Asks what a plan as it is now would do. */
export function useImpact(plan: Plan, days: number): Asked<Impact> {
  const asked = useAsked(`impact ${plan.id} ${plan.etag} ${days}`, (signal) => impact(plan.id, days, false, signal));
  const { value } = asked;
  useEffect(() => {
    askNames("grid", "village", "village_group", "compound");
    if (value !== null) learnNames(value.load.map((l) => [l.area, { name: l.name }] as const));
  }, [value]);
  return asked;
}

const number = (n: number, digits = 0) => formatNumber(n, language.value, digits);

/** A number before and after, with what it is more or less. */
function Shift({ before, after, digits = 0 }: { before: number | null; after: number | null; digits?: number }): JSX.Element {
  const difference = (after ?? 0) - (before ?? 0);
  const same = Number(difference.toFixed(digits)) === 0;
  return (
    <td class="number">
      <span class="shift">
        {before === null ? "–" : number(before, digits)} → {after === null ? "–" : number(after, digits)}
      </span>
      <span class={`delta ${same ? "soft" : difference > 0 ? "delta-more" : "delta-less"}`}>{signed(difference, digits)}</span>
    </td>
  );
}

/** Lines of a table, the first ones until all are asked for. */
function More<T>({ of, line, children }: { of: readonly T[]; line: (x: T, i: number) => JSX.Element; children: (lines: JSX.Element[]) => JSX.Element }): JSX.Element {
  const all = useSignal(false);
  return (
    <>
      {children((all.value ? of : of.slice(0, first)).map(line))}
      {!all.value && of.length > first && (
        <button type="button" class="button" onClick={() => (all.value = true)}>
          {t("showAll", { n: number(of.length) })}
        </button>
      )}
    </>
  );
}

function Section({ title, help, children }: { title: string; help?: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="plan-section">
      <h2>{title}</h2>
      {help !== undefined && <p class="soft">{help}</p>}
      {children}
    </section>
  );
}

function Posts({ of }: { of: readonly Seat[] }): JSX.Element {
  return (
    <>
      {of.map((p, i) => (
        <span key={i} class="post-line">
          <span class="soft">{word(p.post)}</span> {p.name === undefined ? t("nobody") : <Name of={p.name} />}
        </span>
      ))}
    </>
  );
}

function Load({ of: i }: { of: Impact }): JSX.Element {
  const value = (l: LoadNumbers | null, key: "households" | "reports" | "open"): number | null => (l === null ? null : l[key]);
  const km2 = (l: LoadNumbers | null) => (l === null ? null : l.area_m2 / 1e6);
  const heads = [{ text: t("grid") }, { text: t("households"), number: true }, { text: t("reports"), number: true }, { text: t("openReports"), number: true }, { text: t("areaKm2"), number: true }, { text: t("posts") }];
  return (
    <More
      of={touched(i)}
      line={(l) => (
        <tr key={l.area} class={`change-${l.change}`}>
          <th scope="row">
            <AreaRef area={l.area} />
            {l.change !== "changed" && <span class="tag">{t(l.change === "new" ? "changeNew" : "changeGone")}</span>}
          </th>
          <Shift before={value(l.before, "households")} after={value(l.after, "households")} />
          <Shift before={value(l.before, "reports")} after={value(l.after, "reports")} />
          <Shift before={value(l.before, "open")} after={value(l.after, "open")} />
          <Shift before={km2(l.before)} after={km2(l.after)} digits={2} />
          <td>
            <Posts of={(l.after ?? l.before)?.posts ?? []} />
          </td>
        </tr>
      )}
    >
      {(lines) => <Table label={t("loadTitle")} heads={heads}>{lines}</Table>}
    </More>
  );
}

function People({ of: i }: { of: Impact }): JSX.Element {
  const value = (p: PersonNumbers | null, key: "households" | "reports" | "open"): number | null => (p === null ? null : p[key]);
  const areas = (p: PersonNumbers | null) => (p === null ? [] : p.areas);
  const heads = [{ text: t("person") }, { text: t("gridsBefore") }, { text: t("gridsAfter") }, { text: t("households"), number: true }, { text: t("reports"), number: true }, { text: t("openReports"), number: true }];
  return (
    <More
      of={i.people}
      line={(p, n) => (
        <tr key={n}>
          <th scope="row">
            <span class="soft">{word(p.post)}</span> {p.name === undefined ? t("nobody") : <Name of={p.name} />}
          </th>
          <td>{areas(p.before).map((a) => <AreaRef key={a} area={a} quiet />)}</td>
          <td>{areas(p.after).map((a) => <AreaRef key={a} area={a} quiet />)}</td>
          <Shift before={value(p.before, "households")} after={value(p.after, "households")} />
          <Shift before={value(p.before, "reports")} after={value(p.after, "reports")} />
          <Shift before={value(p.before, "open")} after={value(p.after, "open")} />
        </tr>
      )}
    >
      {(lines) => <Table label={t("peopleTitle")} heads={heads}>{lines}</Table>}
    </More>
  );
}

function Spreads({ of: i }: { of: Impact }): JSX.Element {
  const row = (name: string, of: (s: Impact["spread"]["before"]) => Spread, scale: number, digits: number) => {
    const [before, after] = [of(i.spread.before), of(i.spread.after)];
    return (
      <tr key={name}>
        <th scope="row">{name}</th>
        {(["min", "mean", "max", "sd"] as const).map((k) => (
          <Shift key={k} before={before[k] / scale} after={after[k] / scale} digits={digits} />
        ))}
        <Shift before={before.ratio} after={after.ratio} digits={2} />
      </tr>
    );
  };
  const heads = [{ text: t("perGrid") }, ...[t("least"), t("mean"), t("most"), t("deviation"), t("ratio")].map((text) => ({ text, number: true }))];
  return (
    <Table label={t("spreadTitle")} heads={heads}>
      {row(t("households"), (s) => s.households, 1, 0)}
      {row(t("reports"), (s) => s.reports, 1, 0)}
      {row(t("areaKm2"), (s) => s.area_m2, 1e6, 1)}
    </Table>
  );
}

function Place({ area }: { area: string | null }): JSX.Element {
  if (area === null) return <span class="soft">{t("noGrid")}</span>;
  const [kind] = splitArea(area);
  return (
    <>
      {kind !== "grid" && <span class="soft">{word(kind)}</span>}
      <AreaRef area={area} quiet />
    </>
  );
}

function Flows({ of: i }: { of: Impact }): JSX.Element {
  return (
    <More of={[...flowsOf(i.reports_moved), ...flowsOf(i.reports_moved_other)]} line={(f) => <tr key={`${f.from} ${f.to}`}><td><Place area={f.from} /></td><td><Place area={f.to} /></td><td class="number">{number(f.n)}</td></tr>}>
      {(lines) => <Table label={t("flowsTitle")} heads={[{ text: t("fromGrid") }, { text: t("toGrid") }, { text: t("reports"), number: true }]}>{lines}</Table>}
    </More>
  );
}

function OpenReports({ of: i }: { of: Impact }): JSX.Element {
  const heads = [{ text: t("category") }, { text: t("fromGrid") }, { text: t("toGrid") }, { text: t("goesTo") }];
  return (
    <More
      of={i.open_reports}
      line={(r) => (
        <tr key={r.id}>
          <th scope="row">{categoryName(r.category)}</th>
          <td><Place area={r.from} /></td>
          <td><Place area={r.to} /></td>
          <td><Posts of={r.to_posts} /></td>
        </tr>
      )}
    >
      {(lines) => <Table label={t("openTitle")} heads={heads}>{lines}</Table>}
    </More>
  );
}

/** Who has to be told, and why. */
export function Tell({ of: i }: { of: Impact }): JSX.Element {
  return (
    <More
      of={i.tell}
      line={(p, n) => (
        <tr key={n}>
          <th scope="row">
            {p.name === undefined ? t("nobody") : <Name of={p.name} />} <span class="soft">{word(p.post)}</span>
          </th>
          <td><AreaRef area={p.area} quiet /></td>
          <td class="phone">{p.phone === undefined ? "" : <a href={`tel:${p.phone}`}>{p.phone}</a>}</td>
          <td>{p.why.map((w) => t(`why_${w}`)).join(language.value === "zh" ? "、" : ", ")}</td>
        </tr>
      )}
    >
      {(lines) => <Table label={t("tellTitle")} heads={[{ text: t("person") }, { text: t("area") }, { text: t("phone") }, { text: t("why") }]}>{lines}</Table>}
    </More>
  );
}

/** The few numbers that matter most. */
export function Figures({ of: i }: { of: Impact }): JSX.Element {
  const figures: [string, number][] = [
    [t("figureGrids"), touched(i).length],
    [t("figureReports"), i.reports_moved.length],
    [t("figureOpen"), i.open_reports_moved],
    [t("figureTell"), i.tell.length],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, n]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{number(n)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The moved reports as points; those that are open are marked. */
function pointsOf(all: GeoJSON.FeatureCollection | null, i: Impact | null): GeoJSON.FeatureCollection {
  const open = (i?.open_reports ?? []).map((r): GeoJSON.Feature => ({ type: "Feature", geometry: { type: "Point", coordinates: [r.lon, r.lat] }, properties: { open: 1 } }));
  const others = (all?.features ?? []).filter((f) => f.geometry !== null && f.geometry.type === "Point").map((f): GeoJSON.Feature => ({ type: "Feature", geometry: f.geometry, properties: { open: 0 } }));
  return { type: "FeatureCollection", features: [...others, ...open] };
}

/** The maps before and after, with the land and the reports that change hands. */
function Maps({ plan, days, of: i }: { plan: Plan; days: number; of: Impact | null }): JSX.Element {
  const key = `${plan.id} ${plan.etag}`;
  const land = useAsked(`land ${key}`, (signal) => compare(`revision:${plan.base_revision}`, `plan:${plan.id}`, signal));
  const dots = useAsked(`dots ${key} ${days}`, (signal) => get<GeoJSON.FeatureCollection>(impactUrl(plan.id, days, "format=geojson"), signal));
  const worlds = useMemo(() => [{ revision: plan.base_revision }, { plan: plan.id }] as const, [plan.id, plan.base_revision]);
  const moved = useMemo((): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features: (land.value?.features ?? []).filter((f) => f.properties.kind === "grid") }), [land.value]);
  const box = useMemo(() => (land.value === null ? null : boxAround(land.value.features.map((f) => f.geometry.coordinates))), [land.value]);
  const points = useMemo(() => pointsOf(dots.value, i), [dots.value, i]);
  return <Pair worlds={worlds} labels={[t("before", { n: plan.base_revision }), t("after")]} box={box} moved={moved} points={points} version={plan.etag} />;
}

/** What a plan would do to people and work: maps before and after, and tables. */
export function ImpactTab({ plan }: { plan: Plan }): JSX.Element {
  const days = daysOf();
  const asked = useImpact(plan, days);
  useEffect(() => void askCategories(), []);
  return (
    <>
      <div class="plan-row">
        <label class="plan-field">
          <span>{t("countedOver")}</span>
          <select value={String(days)} onChange={(e) => setParams({ days: e.currentTarget.value === usual ? null : e.currentTarget.value })}>
            {spans.map((s) => (
              <option key={s} value={s}>
                {t("lastDays", { n: number(Number(s)) })}
              </option>
            ))}
          </select>
        </label>
        <a class="button" download={`${t("impactFile")}.xlsx`} href={impactUrl(plan.id, days, "format=xlsx")}>{t("xlsx")}</a>
        <a class="button" download={`${t("impactFile")}.geojson`} href={impactUrl(plan.id, days, "format=geojson")}>{t("geojson")}</a>
        <button type="button" class="button" onClick={() => setTimeout(print)}>{t("printPage")}</button>
      </div>
      {asked.value !== null && <Figures of={asked.value} />}
      <Maps plan={plan} days={days} of={asked.value} />
      <Shown of={asked}>
        {(i) =>
          touched(i).length === 0 && i.reports_moved_other.length === 0 && i.tell.length === 0 ? (
            <p class="plan-empty">{t("noImpact")}</p>
          ) : (
            <>
              <Section title={t("loadTitle")} help={t("loadHelp", { n: number(i.reports), days: number(i.days) })}>
                <Load of={i} />
              </Section>
              <Section title={t("spreadTitle")} help={t("spreadHelp")}>
                <Spreads of={i} />
              </Section>
              {i.people.length > 0 && (
                <Section title={t("peopleTitle")}>
                  <People of={i} />
                </Section>
              )}
              {i.reports_moved.length + i.reports_moved_other.length > 0 && (
                <Section title={t("flowsTitle")} help={t("flowsHelp", { n: number(i.reports_moved.length) })}>
                  <Flows of={i} />
                </Section>
              )}
              {i.open_reports.length > 0 && (
                <Section title={t("openTitle")} help={t("openHelp", { n: number(i.open_reports_moved) })}>
                  <OpenReports of={i} />
                </Section>
              )}
              {i.tell.length > 0 && (
                <Section title={t("tellTitle")} help={t("tellHelp")}>
                  <Tell of={i} />
                </Section>
              )}
            </>
          )
        }
      </Shown>
    </>
  );
}

/** Says in a sentence what a plan does to a grid, for the page before the button. */
export function loadSentence(l: Impact["load"][number]): string {
  const households = signed((l.after?.households ?? 0) - (l.before?.households ?? 0));
  const size = (l.after?.area_m2 ?? 0) - (l.before?.area_m2 ?? 0);
  return t("loadSentence", { name: areaName(l.area), households, reports: signed((l.after?.reports ?? 0) - (l.before?.reports ?? 0)), size: `${size < 0 ? "−" : "+"}${areaText(Math.abs(size))}` });
}
