import { get } from "./client";
import type { AreaFeature } from "./types";
import type * as wire from "./schema.gen";

/** A place that nobody holds. */
export type Vacancy = wire.Vacancy;

/** Gives what is vacant in the caller's areas, at a time or now. Every reading is noted in the server's log. */
export async function vacancies(signal?: AbortSignal, at: string | null = null): Promise<Vacancy[]> {
  return (await get<{ vacancies: Vacancy[] }>(`/api/v1/vacancies${at === null ? "" : `?at=${encodeURIComponent(at)}`}`, signal)).vacancies;
}

/** Gives all grids with their shapes, and the staffing the caller may see. */
export async function allGrids(signal?: AbortSignal): Promise<AreaFeature[]> {
  return (await get<{ features: AreaFeature[] }>("/api/v1/areas/grid", signal)).features;
}

/** Gives which township each village belongs to, by code. */
export async function townshipOfVillage(signal?: AbortSignal): Promise<Map<string, string>> {
  const page = await get<{ features: { properties: { code: string; parent: string | null } }[] }>("/ogc/collections/villages/items?limit=10000", signal);
  return new Map(page.features.flatMap(({ properties: p }) => (p.parent === null ? [] : [[p.code, p.parent] as const])));
}
