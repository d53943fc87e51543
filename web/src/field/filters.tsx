import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { listAreas } from "../api/client";
import type { AreaFeature, ListedArea, Ref } from "../api/types";
import { categoryName, knownCategories } from "../case/category";
import { Mark } from "../case/statusbadge";
import { language, nameOf } from "../i18n/i18n";
import { formatNumber } from "../units/format";
import { setParams } from "../state/store";
import { stateFilters, type StateFilter } from "./order";
import { areaParam, counts, filter } from "./state";
import { t } from "./text";

/** The areas one can narrow to. */
const areaChoices = signal<readonly { ref: Ref; name: string; name_en?: string | null | undefined }[]>([]);

/** Finds the areas one can narrow to: the own ones, or the townships of the district. */
export async function findAreas(own: readonly AreaFeature[] | null): Promise<void> {
  if (own !== null) {
    areaChoices.value = own.map(({ properties: p }) => ({ ref: { kind: p.kind, code: p.code }, name: p.name, name_en: p.name_en }));
    return;
  }
  const townships = await listAreas("township", null).catch((): ListedArea[] => []);
  areaChoices.value = townships.map((a) => ({ ref: { kind: "township", code: a.code }, name: a.name, name_en: a.name_en }));
}

function count(n: number): string {
  return formatNumber(n, language.value);
}

/** What needs what, at a glance; a tap narrows the list to it. */
export function Summary(): JSX.Element {
  const c = counts.value;
  const f = filter.value;
  const item = (name: "overdue" | "today" | "new", label: string, n: number, on: boolean, turn: () => void) => (
    <button type="button" class={`sum sum-${name}${n === 0 ? " sum-zero" : ""}`} aria-pressed={on} onClick={turn}>
      <span class="sum-n">
        {name === "overdue" && n > 0 && <Mark look="overdue" />}
        {count(n)}
      </span>
      <span class="sum-label">{label}</span>
    </button>
  );
  const due = (name: "overdue" | "today") => () => setParams({ due: f.urgency === name ? null : name, status: null });
  return (
    <div class="summary" role="group" aria-label={t("summary")}>
      {item("overdue", t("sumOverdue"), c.overdue, f.urgency === "overdue", due("overdue"))}
      {item("today", t("sumToday"), c.today, f.urgency === "today", due("today"))}
      {item("new", t("sumNew"), c.new, f.state === "new", () => setParams({ status: f.state === "new" ? null : "new", due: null }))}
    </div>
  );
}

/** The one bar that says what list and map show. */
export function Filters(): JSX.Element {
  const f = filter.value;
  const areas = areaChoices.value;
  const area = f.area;
  return (
    <div class="filters" role="group" aria-label={t("filters")}>
      <select aria-label={t("filterState")} class={f.state === "open" ? "" : "set"} value={f.state} onChange={(e) => setParams({ status: e.currentTarget.value === "open" ? null : e.currentTarget.value, due: null })}>
        {stateFilters.map((s: StateFilter) => (
          <option key={s} value={s}>
            {t(`state_${s}`)}
          </option>
        ))}
      </select>
      <select aria-label={t("filterCategory")} class={f.category === null ? "" : "set"} value={f.category ?? ""} onChange={(e) => setParams({ category: e.currentTarget.value || null })}>
        <option value="">{t("anyCategory")}</option>
        {[...knownCategories.value.keys()].map((code) => (
          <option key={code} value={code}>
            {categoryName(code)}
          </option>
        ))}
      </select>
      {(areas.length > 1 || area !== null) && (
        <select aria-label={t("filterArea")} class={area === null ? "" : "set"} value={areaParam(area) ?? ""} onChange={(e) => setParams({ in: e.currentTarget.value || null })}>
          <option value="">{t("anyArea")}</option>
          {areas.map((a) => (
            <option key={a.ref.code} value={areaParam(a.ref) ?? ""}>
              {nameOf(a)}
            </option>
          ))}
          {area !== null && !areas.some((a) => a.ref.kind === area.kind && a.ref.code === area.code) && <option value={areaParam(area) ?? ""}>{area.code}</option>}
        </select>
      )}
    </div>
  );
}
