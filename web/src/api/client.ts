import type { AreaFeature, Hit, Kind, ListedArea, Located, Ref, Revision } from "./types";

/** Why a request brought no answer, in the classes a person can act on. */
export type Trouble = "away" | "busy" | "private" | "missing" | "refused";

/** What a problem answer (RFC 9457) says beside its type. */
export interface Problem {
  status: number;
  detail: string;
  errors: { pointer: string; detail: string }[];
  /** What the state of the thing allows. */
  allow: string[];
}

/** A request that brought no usable answer. `type` is the last part of the problem's type; `problem` is null where no server answered. */
export class ApiError extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly type: string,
    readonly problem: Problem | null = null,
  ) {
    super(`${trouble}: ${type}`);
  }
}

/** Gives the trouble that an HTTP status means to a person. */
function troubleOf(status: number): Trouble {
  if (status === 401 || status === 403) return "private";
  if (status === 404) return "missing";
  if (status === 429 || status === 503) return "busy";
  return status >= 500 ? "away" : "refused";
}

/** Makes an error of the status and body of an answer that is no success. */
export function problemOf(status: number, body: unknown): ApiError {
  const given: Record<string, unknown> = typeof body === "object" && body !== null ? { ...body } : {};
  const text = (v: unknown) => (typeof v === "string" ? v : "");
  const type = text(given.type);
  const errors = Array.isArray(given.errors) ? (given.errors as Problem["errors"]) : [];
  const allow = Array.isArray(given.allow) ? (given.allow as string[]) : [];
  const problem: Problem = { status, detail: text(given.detail), errors, allow };
  return new ApiError(troubleOf(status), type === "" ? String(status) : type.slice(type.lastIndexOf(":") + 1), problem);
}

/** Asks the server, and gives its answer where that is a success. */
export async function request(path: string, how: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, how);
  } catch (e) {
    // Given up by whoever asked; time that ran out is no answer either.
    if ((e as Error).name === "AbortError") throw e;
    throw new ApiError("away", "unreachable");
  }
  // Something between here and the server may have answered in its place, in no JSON.
  if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null));
  return answer;
}

/** What the server has at hand, and a phone may have kept. The rest may have to be reckoned first. */
const atHand = /^\/api\/v1\/(app|session|locate|categories|checkpoint-kinds|reports|patrols|areas\/\w+\/[^/]+(\/sheet.*)?$)/;

/**
 * Asks for JSON. While the server is away the phone of somebody with an account
 * answers, where it can. A network that takes requests and brings nothing back
 * is waited for some seconds, or a minute where the server may have to reckon;
 * what has begun to come has two minutes.
 */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const late = new AbortController();
  const within = (s: number) => setTimeout(() => late.abort(), s * 1000);
  let timer = within(atHand.test(path) ? 6 : 60);
  try {
    const answer = await request(path, { signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]) });
    clearTimeout(timer);
    timer = within(120);
    return (await answer.json()) as T;
  } catch (e) {
    if (e instanceof ApiError ? e.type !== "unreachable" : signal?.aborted === true) throw e;
    let kept: unknown;
    try {
      // The mark of offline/account.ts: somebody's things may be kept here.
      if (localStorage["gridpatrol.account"]) kept = await (await import("../offline/away")).answer(path);
    } catch {
      // Then nothing is.
    }
    if (kept === undefined) throw new ApiError("away", "unreachable");
    return kept as T;
  } finally {
    clearTimeout(timer);
  }
}

/** Sends JSON, and gives the JSON of the answer. */
export async function post<T>(path: string, body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<T> {
  const answer = await request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
  return (await answer.json()) as T;
}

/** Says which areas cover a point and who answers there. `accuracyM` is a 68 % radius in metres. */
export function locate(lon: number, lat: number, accuracyM: number, signal?: AbortSignal): Promise<Located> {
  const accuracy = Math.min(Math.max(accuracyM, 0), 100_000).toFixed(1);
  return get<Located>(`/api/v1/locate?lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}&accuracy_m=${accuracy}`, signal);
}

/** Finds areas and roads, best first. */
export async function search(text: string, limit: number, signal?: AbortSignal): Promise<Hit[]> {
  const found = await get<{ features: Hit[] }>(`/api/v1/search?q=${encodeURIComponent(text)}&limit=${limit}`, signal);
  return found.features;
}

const areas = new Map<string, Promise<AreaFeature>>();

/** Gives an area with its staffing. The last hundred or so are kept while the page is open. */
export function area(ref: Ref): Promise<AreaFeature> {
  const key = `${ref.kind}/${encodeURIComponent(ref.code)}`;
  const known = areas.get(key);
  if (known !== undefined) return known;
  if (areas.size > 100) areas.clear();
  const asked = get<AreaFeature>(`/api/v1/areas/${key}`);
  areas.set(key, asked);
  asked.catch(() => areas.delete(key));
  return asked;
}

/** Forgets the areas that are kept: boundaries or staffing have changed. */
export function forgetAreas(): void {
  areas.clear();
}

/** Gives the published revisions, the newest among them marked as current. */
export async function revisions(): Promise<Revision[]> {
  return (await get<{ revisions: Revision[] }>("/api/v1/revisions")).revisions;
}

const collections: Record<Kind, string> = {
  district: "districts",
  township: "townships",
  village: "villages",
  grid: "grids",
  village_group: "village_groups",
  compound: "compounds",
};

/** Lists the areas of a kind within a parent, or all of the kind. */
export async function listAreas(kind: Kind, parent: string | null, signal?: AbortSignal): Promise<ListedArea[]> {
  const within = parent === null ? "" : `&parent=${encodeURIComponent(parent)}`;
  const page = await get<{ features: { properties: ListedArea }[] }>(
    `/ogc/collections/${collections[kind]}/items?limit=10000${within}`,
    signal,
  );
  return page.features.map((f) => f.properties);
}
