import { computed, signal } from "@preact/signals";
import { ApiError, listAreas, type Trouble } from "../api/client";
import { allGrids, townshipOfVillage, vacancies, type Vacancy } from "../api/rosters";
import type { AreaFeature } from "../api/types";
import { language, nameOf } from "../i18n/i18n";
import { params, setParams, synthetic } from "../state/store";
import { can } from "../state/session";
import { localeOf } from "../units/format";
import { columns, filtered, rowsOf, sorted, type Column } from "./rows";

/** What was loaded for the table. */
interface Loaded {
  grids: AreaFeature[];
  townships: Map<string, { name: string; name_en?: string | null | undefined }>;
  ofVillage: Map<string, string>;
  vacancies: Vacancy[];
}

const loaded = signal<Loaded | null>(null);
/** Why nothing could be loaded. */
export const trouble = signal<Trouble | null>(null);

/** Reports whether the table is for whoever is signed in: those who look after all grids. */
export function mayPlan(): boolean {
  return can("plan_boundaries") || can("dispatch_reports");
}

/** Loads everything, and keeps what there was while that lasts. */
export async function load(stop: AbortSignal): Promise<void> {
  try {
    const [grids, townships, ofVillage, open] = await Promise.all([allGrids(stop), listAreas("township", null, stop), townshipOfVillage(stop), vacancies(stop)]);
    loaded.value = { grids, townships: new Map(townships.map((a) => [a.code, a])), ofVillage, vacancies: open };
    trouble.value = null;
    if (grids.some((g) => g.properties.synthetic === true)) synthetic.value = true;
  } catch (e) {
    if (!stop.aborted) trouble.value = e instanceof ApiError ? e.trouble : "away";
  }
}

/** Forgets what was loaded: it was somebody's. */
export function unload(): void {
  loaded.value = null;
  trouble.value = null;
}

/** All grids with their shapes; null until they are there. */
export const grids = computed(() => loaded.value?.grids ?? null);

/** What is vacant anywhere. */
export const open = computed(() => loaded.value?.vacancies ?? []);

/** All rows; null until they are there. */
export const rows = computed(() => {
  const l = loaded.value;
  if (l === null) return null;
  void language.value;
  return rowsOf(l.grids, nameOf, (p) => {
    const code = p.parent?.kind === "village" ? l.ofVillage.get(p.parent.code) : p.parent?.code;
    const township = code === undefined ? undefined : l.townships.get(code);
    return township === undefined ? (code ?? "") : nameOf(township);
  });
});

/** By what the table is sorted, and whether downwards; as the address says. */
export const sorting = computed((): { column: Column; down: boolean } => {
  const [name, direction] = (params.value.sort ?? "").split("-");
  const column = columns.find((c) => c === name);
  return column === undefined ? { column: "name", down: false } : { column, down: direction === "down" };
});

/** Sorts by a column; a second time the other way round. Numbers begin with the most. */
export function sortBy(column: Column): void {
  const now = sorting.peek();
  const numeric = ["households", "population", "area", "vacant"].includes(column);
  const down = now.column === column ? !now.down : numeric;
  setParams({ sort: `${column}-${down ? "down" : "up"}` });
}

/** The rows shown, in their order. */
export const shown = computed(() => {
  const all = rows.value;
  if (all === null) return [];
  const { column, down } = sorting.value;
  return sorted(filtered(all, params.value.q ?? "", params.value.class ?? ""), column, down, localeOf(language.value));
});

/** By what the map is coloured. */
export const colouredBy = computed((): "households" | "vacancies" => (params.value.by === "vacancies" ? "vacancies" : "households"));
