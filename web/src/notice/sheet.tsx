import type { JSX } from "preact";
import type { Seat } from "../api/types";
import { language, nameOf, t as common, word } from "../i18n/i18n";
import { addressFor } from "../qr/address";
import { QrCode } from "../qr/qrcode";
import { app } from "../state/app";
import { formatHash } from "../state/url";
import { Name } from "../ui/name";
import { formatArea, formatDay, formatNumber } from "../units/format";
import { innerPoint } from "./inner";
import { Sketch } from "./sketch";
import type { Notice, Sort } from "./state";
import { t } from "./text";

/** How near the report form looks at the place of its pin. */
const zoom = 16;

/** Gives the address of the report form with its pin inside a grid, and whether phones can reach it. */
export function reportAddress(shape: readonly (readonly (readonly (readonly number[])[])[])[], publicUrl: string | null): ReturnType<typeof addressFor> | null {
  const at = innerPoint(shape);
  if (at === null) return null;
  const hash = formatHash({ view: "report", camera: { zoom, ...at }, selection: { type: "point", ...at, accuracyM: null }, hidden: [], language: null, params: {} });
  return addressFor(`${location.origin}${location.pathname}${hash}`, publicUrl);
}

/** One post of the notice board. */
function Contact({ seat }: { seat: Seat }): JSX.Element {
  return (
    <li>
      <span class="sheet-post">{word(seat.post)}</span>
      <span class="sheet-name">
        {seat.name !== undefined ? <Name of={seat.name} /> : t(seat.vacant === true ? "vacant" : "notPublic")}
        {seat.deputy === true && seat.name !== undefined && <small> {t("deputy")}</small>}
      </span>
      <span class="sheet-phone">{seat.phone ?? ""}</span>
    </li>
  );
}

/** The sheet of a grid: A4, upright, in light colours whatever the surroundings. */
export function NoticeSheet({ of: n, sorts }: { of: Notice; sorts: readonly Sort[] }): JSX.Element {
  const p = n.grid.properties;
  const name = nameOf(p);
  const size = formatArea(p.area_m2, language.value);
  const where = [app.value === null ? null : nameOf(app.value.district), n.parent === null ? null : nameOf(n.parent.properties)].filter((x) => x !== null);
  const report = reportAddress(n.grid.geometry.coordinates, app.value?.public_url ?? null);
  const seats = p.staffing ?? [];
  const facts = [
    t("code", { code: p.code }),
    ...(p.households === undefined ? [] : [t("households", { n: formatNumber(p.households, language.value) })]),
    ...(p.population === undefined ? [] : [t("population", { n: formatNumber(p.population, language.value) })]),
    t("area", { km2: size.km2, mu: size.mu }),
  ];
  return (
    <article class="sheet" aria-label={t("sheetOf", { name })} data-grid={p.code}>
      <div class="sheet-in">
        <header>
          <p class="sheet-where">{where.map((w, i) => <span key={i}><Name of={w} /></span>)}</p>
          <h2 class={name.length > 16 ? "long" : ""}><Name of={name} /></h2>
          <p class="sheet-kind">{t("title")}</p>
        </header>
        <p class="sheet-facts">{facts.map((f) => <span key={f}>{f}</span>)}</p>
        <Sketch of={n} />
        <section class="sheet-contacts" aria-label={t("contacts")}>
          <h3>{t("contacts")}</h3>
          {seats.length === 0 ? <p>{t("noContacts")}</p> : <ul>{seats.map((s) => <Contact key={`${s.post} ${s.number}`} seat={s} />)}</ul>}
        </section>
        <section class="sheet-report">
          {report !== null && <QrCode text={report.url} label={t("qrOf", { name })} />}
          <div>
            <h3>{t("scan")}</h3>
            <p>{t("scanHelp")}</p>
            {sorts.length > 0 && <p class="sheet-sorts">{t("canReport", { list: sorts.map((s) => nameOf(s)).join(language.value === "zh" ? "、" : ", ") })}</p>}
            <p class="sheet-danger">{t("danger")}</p>
          </div>
        </section>
        <footer>
          <span>{t("asOf", { n: p.revision, day: formatDay(Date.now(), language.value) })}</span>
          {p.synthetic === true && <span>{common("synthetic")}</span>}
        </footer>
      </div>
    </article>
  );
}
