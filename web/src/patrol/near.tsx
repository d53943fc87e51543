import type { JSX } from "preact";
import type { Patrol } from "../api/patrols";
import type { Report } from "../api/reports";
import { categoryName } from "../case/category";
import { CategoryIcon } from "../case/categoryicon";
import { Deadline } from "../case/deadline";
import { byDue, dueOf, isOpen, lookOf } from "../case/due";
import { placeOf } from "../field/order";
import { distance } from "../place/distance";
import { linkTo } from "../state/store";
import { Name } from "../ui/name";
import { now } from "./now";
import { lastFix } from "./recorder";
import { reports } from "./state";
import { t } from "./text";
import { metres } from "./way";

/** So many are shown. */
const most = 8;

/** Gives the open reports of a patrol's area. */
export function reportsOf(p: Patrol): Report[] {
  return reports.value.filter((r) => isOpen(r.properties.status) && r.properties.areas[p.area.kind]?.code === p.area.code);
}

/** The open reports of the area: the nearest first where it is known where one is, else by time limit. */
export function Near({ of: p }: { of: Patrol }): JSX.Element | null {
  const here = lastFix.value;
  const far = (r: Report) => (here === null ? 0 : metres(here, { lon: r.geometry.coordinates[0], lat: r.geometry.coordinates[1] }));
  const all = reportsOf(p).sort((a, b) => (here === null ? byDue(a, b) : far(a) - far(b)));
  if (all.length === 0) return null;
  return (
    <section class="near">
      <h3>
        {t(here === null ? "openReports" : "nearReports")} <span class="count">{all.length}</span>
      </h3>
      <ul>
        {all.slice(0, most).map((r) => (
          <li key={r.id} class="row">
            <a href={linkTo({ view: "field", params: { report: r.id }, selection: null })}>
              <span class={`row-icon look-${lookOf(r, now.value)}`}>
                <CategoryIcon code={r.properties.category} />
              </span>
              <span class="row-text">
                <span class="row-head">
                  <span class="row-what">{categoryName(r.properties.category)}</span>
                  <Deadline due={dueOf(r)} />
                </span>
                <span class="row-where">
                  {here !== null && `${distance(far(r))} · `}
                  <Name of={placeOf(r)} />
                </span>
              </span>
            </a>
          </li>
        ))}
      </ul>
      {all.length > most && <p class="soft">{t("moreReports", { n: all.length - most })}</p>}
    </section>
  );
}
