import { ApiError, get, post, request } from "./client";
import type { Ref } from "./types";
import type * as wire from "./schema.gen";

/** How a patrol is shown. `paused` stands beside it. */
export const patrolStates = ["start_overdue", "ready", "scheduled", "active", "done", "cancelled"] as const;
export type PatrolState = wire.PatrolState;

/** What can be done to a patrol. */
export type PatrolDeed = wire.PatrolDeed;

/** Somebody of a patrol's team. */
export type Member = Patrol["team"][number];

/** A checkpoint as a patrol carries it. Degrees and metres. */
export type PatrolCheckpoint = wire.PatrolStop;

/** A patrol. Times are RFC 3339, UTC: `…_at` by the phone's clock, `…_seen_at` by the server's. */
export type Patrol = wire.Patrol;

/** What is asked of the list of patrols; times are RFC 3339. */
export interface PatrolQuery {
  area?: Ref;
  state?: readonly PatrolState[];
  from?: string;
  to?: string;
  /** Only those whose team the caller is in. */
  mine?: boolean;
  limit?: number;
}

interface PatrolPage {
  patrols: Patrol[];
  links?: { rel: string; href: string }[];
}

/** The path of a link of an answer: other hosts' addresses are never asked. */
function nextOf(links: { rel: string; href: string }[] | undefined): string | undefined {
  const href = links?.find((l) => l.rel === "next")?.href;
  if (href === undefined) return undefined;
  const { pathname, search } = new URL(href, location.href);
  return pathname + search;
}

/** Lists patrols by their planned start, all pages of them. */
export async function listPatrols(q: PatrolQuery, signal?: AbortSignal): Promise<Patrol[]> {
  const asked = new URLSearchParams();
  if (q.area !== undefined) asked.set("area", `${q.area.kind}:${q.area.code}`);
  if (q.state !== undefined) asked.set("state", q.state.join(","));
  if (q.from !== undefined) asked.set("from", q.from);
  if (q.to !== undefined) asked.set("to", q.to);
  if (q.mine === true) asked.set("assignee", "me");
  if (q.limit !== undefined) asked.set("limit", String(q.limit));
  const found: Patrol[] = [];
  let next: string | undefined = `/api/v1/patrols?${asked}`;
  while (next !== undefined) {
    const page: PatrolPage = await get<PatrolPage>(next, signal);
    found.push(...page.patrols);
    next = nextOf(page.links);
  }
  return found;
}

/** Gives one patrol. */
export function readPatrol(id: string, signal?: AbortSignal): Promise<Patrol> {
  return get<Patrol>(patrolPath(id), signal);
}

/** The address of a patrol, or of something of it. */
export function patrolPath(id: string, of?: PatrolDeed | "track"): string {
  return `/api/v1/patrols/${encodeURIComponent(id)}${of === undefined ? "" : `/${of}`}`;
}

/** What a new patrol is made of. */
export type NewPatrol = wire.NewPatrol;

/** Plans a patrol. With the same key it is planned once. */
export function planPatrol(p: NewPatrol, key: string): Promise<Patrol> {
  const area = typeof p.area === "string" ? p.area : `${p.area.kind}:${p.area.code}`;
  return post<Patrol>("/api/v1/patrols", { ...p, area }, { "Idempotency-Key": key });
}

/** Changes a patrol that has not begun; `version` is the one that was seen. */
export async function changePatrol(id: string, change: Partial<Omit<NewPatrol, "area">>, version: number): Promise<Patrol> {
  return (await (await request(patrolPath(id), patchOf(change, version))).json()) as Patrol;
}

/** Starts, pauses, resumes, ends or cancels a patrol. `at` is the phone's time where it is not now. */
export function actOnPatrol(id: string, deed: Exclude<PatrolDeed, "edit">, body: { at?: string; lon?: number; lat?: number; note?: string }, key: string): Promise<Patrol> {
  return post<Patrol>(patrolPath(id, deed), body, { "Idempotency-Key": key });
}

/** How a checkpoint stands: `visited` until it is due, `due` in the last fifth of its window. */
export type CheckpointState = wire.CheckpointState;

/** What is known of a checkpoint. */
export type CheckpointProperties = wire.CheckpointProperties;

/** A checkpoint, a GeoJSON Feature at its place. */
export type Checkpoint = wire.Checkpoint;

/** A kind of checkpoint, with what its checkpoints begin with. */
export type CheckpointKind = wire.CheckpointKind;

/** What is asked of the list of checkpoints; `bbox` is west, south, east, north. */
export interface CheckpointQuery {
  area?: Ref;
  bbox?: readonly [number, number, number, number];
  kind?: string;
  state?: CheckpointState;
}

interface CheckpointPage {
  features: Checkpoint[];
  links?: { rel: string; href: string }[];
}

/** Lists checkpoints, all pages of them. */
export async function listCheckpoints(q: CheckpointQuery, signal?: AbortSignal): Promise<Checkpoint[]> {
  const asked = new URLSearchParams();
  if (q.area !== undefined) asked.set("area", `${q.area.kind}:${q.area.code}`);
  if (q.bbox !== undefined) asked.set("bbox", q.bbox.join(","));
  if (q.kind !== undefined) asked.set("kind", q.kind);
  if (q.state !== undefined) asked.set("state", q.state);
  const found: Checkpoint[] = [];
  const words = asked.toString();
  let next: string | undefined = `/api/v1/checkpoints${words === "" ? "" : `?${words}`}`;
  while (next !== undefined) {
    const page: CheckpointPage = await get<CheckpointPage>(next, signal);
    found.push(...page.features);
    next = nextOf(page.links);
  }
  return found;
}

let knownKinds: Promise<CheckpointKind[]> | null = null;

/** Gives the kinds of checkpoint, in the order of the server. They are asked for once. */
export function checkpointKinds(): Promise<CheckpointKind[]> {
  knownKinds ??= get<CheckpointKind[] | { kinds: CheckpointKind[] }>("/api/v1/checkpoint-kinds").then(
    (answer) => (Array.isArray(answer) ? answer : answer.kinds),
    (e: unknown) => {
      knownKinds = null;
      throw e;
    },
  );
  return knownKinds;
}

/** What of a checkpoint can be set. */
export type CheckpointFields = Required<Omit<wire.NewCheckpoint, "code">> & { code?: string };

/** Makes a checkpoint. With the same key it is made once. */
export function addCheckpoint(c: CheckpointFields, key: string): Promise<Checkpoint> {
  return post<Checkpoint>("/api/v1/checkpoints", c, { "Idempotency-Key": key });
}

function patchOf(change: unknown, version: number): RequestInit {
  return { method: "PATCH", headers: { "Content-Type": "application/json", "If-Match": `"v${version}"` }, body: JSON.stringify(change) };
}

/** Changes a checkpoint; `version` is the one that was seen. */
export async function changeCheckpoint(id: string, change: Partial<CheckpointFields>, version: number): Promise<Checkpoint> {
  return (await (await request(`/api/v1/checkpoints/${encodeURIComponent(id)}`, patchOf(change, version))).json()) as Checkpoint;
}

/** Takes a checkpoint out of use. */
export async function retireCheckpoint(id: string, version: number): Promise<void> {
  await request(`/api/v1/checkpoints/${encodeURIComponent(id)}`, { method: "DELETE", headers: { "If-Match": `"v${version}"` } });
}

/** Somewhere to go in the morning. */
export type SheetItem = wire.SheetItem;

/** Where to go in an area on a day, the most urgent first. */
export type MorningSheet = wire.Sheet;

/** The address of the morning sheet of an area; `date` is YYYY-MM-DD by the district's calendar. */
export function sheetPath(of: Ref, date: string, format?: "gpx"): string {
  return `/api/v1/areas/${of.kind}/${encodeURIComponent(of.code)}/sheet?date=${date}${format === undefined ? "" : `&format=${format}`}`;
}

/** Gives the morning sheet of an area. */
export function morningSheet(of: Ref, date: string, signal?: AbortSignal): Promise<MorningSheet> {
  return get<MorningSheet>(sheetPath(of, date), signal);
}

/** One position of a phone: its time (RFC 3339), degrees, metres, metres a second. */
export interface Fix {
  t: string;
  lon: number;
  lat: number;
  accuracy_m?: number;
  speed_mps?: number;
  /** The phone says that a program made it up. */
  mock?: boolean;
}

/** What became of fixes that were sent. */
export type TrackReceipt = wire.TrackReceipt;

/** A cleaned piece of somebody's way. */
export type TrackPiece = wire.TrackPiece;

/** Gives the cleaned track of a patrol. Whoever walked it can see that it was read. */
export async function readTrack(id: string, signal?: AbortSignal): Promise<TrackPiece[]> {
  const all = await get<{ features: { geometry: { type: string } | null }[] }>(patrolPath(id, "track"), signal);
  return all.features.filter((f): f is TrackPiece => f.geometry?.type === "LineString");
}

/** Somebody who looked at the caller's track. */
export type TrackReading = wire.TrackReading;

/** Gives who looked at the caller's own tracks, the last first. */
export async function trackReadings(signal?: AbortSignal): Promise<TrackReading[]> {
  const answer = await get<{ readings: TrackReading[] }>("/api/v1/track-readings", signal);
  return answer.readings;
}

/** Somebody on patrol, where they were last. */
export type LiveMember = wire.LiveMember;

/** A patrol under way. */
export type LivePatrol = wire.LivePatrol;

/** All patrols under way. */
export interface Live {
  at: string;
  patrols: LivePatrol[];
}

/** Gives all patrols under way; null where nothing has changed since the answer with that ETag. */
export async function livePatrols(etag: string | null, signal?: AbortSignal): Promise<{ live: Live; etag: string | null } | null> {
  const how: RequestInit = { headers: etag === null ? {} : { "If-None-Match": etag }, cache: "no-store", ...(signal === undefined ? {} : { signal }) };
  const answer = await fetchUnlessSame("/api/v1/patrols/live", how);
  return answer === null ? null : { live: (await answer.json()) as Live, etag: answer.headers.get("ETag") };
}

async function fetchUnlessSame(path: string, how: RequestInit): Promise<Response | null> {
  try {
    return await request(path, how);
  } catch (e) {
    if (e instanceof ApiError && e.problem?.status === 304) return null;
    throw e;
  }
}

/** An officer on patrol near a report. */
export type NearOfficer = wire.NearestOfficer;

/** Gives the officers on patrol that are nearest to a report. */
export async function nearestOfficers(report: string, limit: number, signal?: AbortSignal): Promise<NearOfficer[]> {
  return (await get<{ officers: NearOfficer[] }>(`/api/v1/reports/${encodeURIComponent(report)}/nearest?limit=${limit}`, signal)).officers;
}
