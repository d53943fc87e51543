import { ApiError } from "../api/client";
import { kinds, type Kind } from "../api/types";
import { degrees, snapped } from "./model/lattice";
import { boxOfPlaces, readOutline } from "./model/outline";
import { keyOf, newTopology } from "./model/topology";
import type { Area, LatticePoint, Outline, Ring, Topology } from "./model/types";
import { sameOperation } from "./same";
import type * as client from "./client";
import type { ChangedArea, Operation, PlanFeature, PlanWithHistory, Position } from "./types";

/** The requests that an open plan makes. */
export type PlanApi = Pick<typeof client, "readPlan" | "operate" | "undo" | "redo" | "check" | "basis" | "featuresOf" | "planRevisions">;

/** The kinds that are locked where the server has not told yet. */
export const usuallyLocked: readonly Kind[] = ["district", "township", "village"];

/** What is known of a plan already: its operations and areas at one version. */
export interface Known {
  readonly plan: PlanWithHistory;
  readonly topology: Topology;
}

/** What was read: all areas, or those that what was done meanwhile can have changed; none where nothing was. */
export type Read = { readonly plan: PlanWithHistory; readonly features: PlanFeature[]; readonly whole: boolean };

/** Reads a plan and its areas, as they were at one version. */
export async function readAll(api: PlanApi, id: string, known: Known | null, signal: AbortSignal): Promise<Read> {
  let plan = await api.readPlan(id, signal);
  while (plan.version !== known?.plan.version) {
    const where = known === null ? "anywhere" : changedBox(known, plan);
    const bbox = typeof where === "string" ? undefined : where;
    const features = where === "nowhere" ? [] : (await Promise.all(kinds.map((k) => api.featuresOf(k, { plan: id }, signal, bbox)))).flat();
    const after = await api.readPlan(id, signal);
    // Another planner may have changed areas between two of the answers.
    if (after.version === plan.version) return { plan: after, features, whole: where === "anywhere" };
    plan = after;
  }
  return { plan, features: [], whole: false };
}

/** How far round a place areas may have changed, in steps of the lattice: two metres and more. */
const margin = 300;

/** Gives the box, in degrees, that holds all that the operations by which two versions of a plan differ can have changed. */
function changedBox(known: Known, now: PlanWithHistory): [number, number, number, number] | "anywhere" | "nowhere" {
  const { plan, topology } = known;
  if (plan.base_revision !== now.base_revision) return "anywhere";
  let same = 0;
  for (; same < plan.history.length && same < now.history.length; same++) {
    const [a, b] = [plan.history[same], now.history[same]];
    if (a === undefined || b === undefined || !sameOperation(a.op, b.op)) break;
  }
  const places: LatticePoint[] = [];
  for (const { op } of [...plan.history.slice(same), ...now.history.slice(same)]) {
    const reached = reach(op, topology);
    if (reached === null) return "anywhere";
    places.push(...reached);
  }
  // Its title may be another, or it was approved.
  if (places.length === 0) return "nowhere";
  const { west, south, east, north } = boxOfPlaces(places);
  return [...degrees({ lon: west - margin, lat: south - margin }), ...degrees({ lon: east + margin, lat: north + margin })] as [number, number, number, number];
}

/** Gives places whose box holds all that an operation can have changed, done or undone; null where areas come and go with it. */
function reach(op: Operation, topology: Topology): LatticePoint[] | null {
  // With a node its sides move.
  const node = (at: Position) => [snapped(at), ...topology.edgesAt(snapped(at)).map((e) => e.b)];
  if (op.op === "move_node") return [...node(op.from), ...node(op.to)];
  if (op.op === "insert_node" || op.op === "remove_node") return node(op.at);
  if (op.op !== "reassign") return null;
  const units = op.unit_codes.map((code) => topology.area(keyOf(op.unit_kind, code)));
  return units.some((u) => u === undefined) ? null : units.flatMap((u) => (u === undefined ? [] : [{ lon: u.box.west, lat: u.box.south }, { lon: u.box.east, lat: u.box.north }]));
}

/** Gives the areas of a kind that a plan starts from. */
export async function readBase(api: PlanApi, plan: PlanWithHistory, kind: Kind, signal: AbortSignal): Promise<Topology> {
  const inForce = plan.base_revision === plan.current_revision;
  const which = inForce && plan.operations === 0 ? { plan: plan.id } : inForce ? null : { at: await publishedAt(api, plan.base_revision, signal) };
  return newTopology(await api.featuresOf(kind, which, signal), []);
}

async function publishedAt(api: PlanApi, revision: number, signal: AbortSignal): Promise<string> {
  const found = (await api.planRevisions(signal)).find((r) => r.revision === revision);
  if (found === undefined) throw new ApiError("missing", "not-found");
  return found.published_at;
}

/** Gives what differs between a topology and features of the same plan, read later, as if an operation had done it: what is the same can then stay as it is. With `whole` areas that are not among them are gone. */
export function differences(before: Topology, features: readonly PlanFeature[], whole = true): ChangedArea[] {
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
  for (const was of whole ? before.areas() : []) {
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
