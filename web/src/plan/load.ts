import { ApiError } from "../api/client";
import { kinds, type Kind } from "../api/types";
import { readOutline } from "./model/outline";
import { keyOf, newTopology } from "./model/topology";
import type { Area, Outline, Ring, Topology } from "./model/types";
import type * as client from "./client";
import type { ChangedArea, PlanFeature, PlanWithHistory } from "./types";

/** The requests that an open plan makes. */
export type PlanApi = Pick<typeof client, "readPlan" | "operate" | "undo" | "redo" | "check" | "basis" | "featuresOf" | "planRevisions">;

/** The kinds that are locked where the server has not told yet. */
export const usuallyLocked: readonly Kind[] = ["district", "township", "village"];

/** Reads a plan and all its areas, as they were at one version; `features` is null where that is the version known already. */
export async function readAll(api: PlanApi, id: string, known: number | null, signal: AbortSignal): Promise<{ plan: PlanWithHistory; features: PlanFeature[] | null }> {
  let plan = await api.readPlan(id, signal);
  while (plan.version !== known) {
    const features = (await Promise.all(kinds.map((k) => api.featuresOf(k, { plan: id }, signal)))).flat();
    const after = await api.readPlan(id, signal);
    // Another planner may have changed areas between two of the answers.
    if (after.version === plan.version) return { plan: after, features };
    plan = after;
  }
  return { plan, features: null };
}

/** Gives the areas of a kind that a plan starts from. */
export async function readBase(api: PlanApi, plan: PlanWithHistory, kind: Kind, signal: AbortSignal): Promise<Topology> {
  const which = plan.operations === 0 && !plan.behind ? { plan: plan.id } : !plan.behind ? null : { at: await publishedAt(api, plan.base_revision, signal) };
  return newTopology(await api.featuresOf(kind, which, signal), []);
}

async function publishedAt(api: PlanApi, revision: number, signal: AbortSignal): Promise<string> {
  const found = (await api.planRevisions(signal)).find((r) => r.revision === revision);
  if (found === undefined) throw new ApiError("missing", "not-found");
  return found.published_at;
}

/** Gives what differs between a topology and the features of the same plan, read later, as if an operation had done it: what is the same can then stay as it is. */
export function differences(before: Topology, features: readonly PlanFeature[]): ChangedArea[] {
  const out: ChangedArea[] = [];
  const seen = new Set<string>();
  for (const f of features) {
    const { kind, code } = f.properties;
    const key = keyOf(kind, code);
    seen.add(key);
    const was = before.area(key);
    if (was !== undefined && same(was, f)) continue;
    out.push({ type: "Feature", id: key, kind, code, change: was === undefined ? "new" : "changed", before: was === undefined ? null : numbersOf(was), geometry: f.geometry, properties: f.properties });
  }
  for (const was of before.areas()) {
    if (seen.has(was.key)) continue;
    out.push({ type: "Feature", id: was.key, kind: was.kind, code: was.code, change: "gone", before: numbersOf(was), geometry: null, properties: was.properties });
  }
  return out;
}

function numbersOf(a: Area): ChangedArea["before"] {
  return { code: a.code, households: a.properties.households ?? 0, area_m2: a.properties.area_m2 };
}

function same(a: Area, f: PlanFeature): boolean {
  const [p, q] = [a.properties, f.properties];
  const alike = p.name === q.name && p.name_en === q.name_en && p.households === q.households && p.population === q.population && p.class === q.class && p.unit_type === q.unit_type;
  return alike && p.parent?.kind === q.parent?.kind && p.parent?.code === q.parent?.code && sameOutline(a.outline, readOutline(f.geometry));
}

function sameOutline(a: Outline, b: Outline): boolean {
  return (
    a.length === b.length &&
    a.every((polygon, i) => {
      const other = b[i] ?? [];
      return polygon.length === other.length && polygon.every((ring, k) => sameRing(ring, other[k]));
    })
  );
}

function sameRing(a: Ring, b: Ring | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((n, i) => n === b[i]);
}
