import { ApiError, get, problemOf, request } from "../api/client";
import { previewQuery } from "./options";
import type { Failure, FileProblem, Import, Layer, ListedImport, Options, Shapes, What } from "./types";

/** Why a file was not taken: an ApiError with what is wrong with the file, where the server says it. */
export class ImportError extends ApiError {
  constructor(
    of: ApiError,
    /** The name of the problem, such as "FORMAT_REFUSED"; empty for none. */
    readonly fault: string,
    readonly problems: readonly FileProblem[],
  ) {
    super(of.trouble, of.type, of.problem);
  }
}

/** Makes an error of the body of an answer that is no success. */
export function importErrorOf(status: number, body: unknown): ImportError {
  const given: Failure = typeof body === "object" && body !== null ? body : {};
  const problems = Array.isArray(given.problems) ? given.problems : [];
  return new ImportError(problemOf(status, body), typeof given.problem === "string" ? given.problem : (problems[0]?.problem ?? ""), problems);
}

async function ask(path: string, how: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, how);
  } catch (e) {
    if (how.signal?.aborted === true) throw e;
    throw new ImportError(new ApiError("away", "unreachable"), "", []);
  }
  if (!answer.ok) throw importErrorOf(answer.status, await answer.json().catch(() => null));
  return answer;
}

const at = (id: string, rest = "") => `/api/v1/imports/${encodeURIComponent(id)}${rest}`;

/** How far an upload is, in bytes. */
export interface Sent {
  bytes: number;
  of: number;
}

/** Sends the files of one import. Throws an ImportError, also when it is aborted (type "aborted"). */
export function upload(what: What, files: readonly File[], onProgress: (p: Sent) => void, signal: AbortSignal): Promise<Import> {
  const body = new FormData();
  for (const f of files) body.append("file", f, f.name);
  return new Promise((resolve, reject) => {
    // Not fetch: it does not say how far an upload is.
    const x = new XMLHttpRequest();
    const stop = () => x.abort();
    signal.addEventListener("abort", stop);
    x.upload.onprogress = (e) => onProgress({ bytes: e.loaded, of: e.total });
    x.onloadend = () => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted || x.status === 0) {
        reject(new ImportError(new ApiError("away", signal.aborted ? "aborted" : "unreachable"), "", []));
        return;
      }
      let answer: unknown = null;
      try {
        answer = JSON.parse(x.responseText);
      } catch {
        // No JSON: not our server's answer, or half of it.
      }
      if (x.status === 201 && answer !== null) resolve(answer as Import);
      else reject(importErrorOf(x.status, answer));
    };
    x.open("POST", `/api/v1/imports?what=${what}`);
    x.setRequestHeader("X-Gridpatrol", "1");
    x.send(body);
  });
}

/** Lists the imports that whoever asks has begun. */
export async function listImports(signal: AbortSignal): Promise<ListedImport[]> {
  return (await get<{ imports: ListedImport[] }>("/api/v1/imports", signal)).imports;
}

/** So long the server may wait for news before it answers, in seconds. */
const waitSeconds = 20;

/** Gives an import; with `after`, once its version is another one, or after a while. */
export function readImport(id: string, signal: AbortSignal, after?: number): Promise<Import> {
  return get<Import>(at(id, after === undefined ? "" : `?wait=${waitSeconds}&after=${after}`), signal);
}

async function send(path: string, body: unknown): Promise<Import> {
  const answer = await ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  return (await answer.json()) as Import;
}

/** Has a file checked; a check that runs is given up for it. Only areas have a kind and a plan. */
export function check(id: string, what: What, options: Options): Promise<Import> {
  const { kind, plan, ...rest } = options;
  return send(at(id, "/check"), what === "areas" ? { kind, ...rest, ...(plan === null ? {} : { plan }) } : rest);
}

/** Stops the check that runs, if there is one. */
export async function stopCheck(id: string): Promise<void> {
  await request(at(id, "/check"), { method: "DELETE" });
}

/** Gives the layers with the columns that they have in an encoding. */
export async function readLayers(id: string, encoding: string, signal: AbortSignal): Promise<Layer[]> {
  const answer = await ask(at(id, `/layers?encoding=${encodeURIComponent(encoding)}`), { signal });
  return ((await answer.json()) as { layers: Layer[] }).layers;
}

/** Has a checked file taken over. */
export function write(id: string, how: { title?: string; publish?: boolean; note?: string }): Promise<Import> {
  return send(at(id, "/write"), how);
}

/** Throws an import away. */
export async function remove(id: string): Promise<void> {
  await request(at(id), { method: "DELETE" });
}

/** Gives the shapes of a layer as they would be read. */
export async function preview(id: string, options: Options, signal: AbortSignal): Promise<Shapes> {
  return (await (await ask(at(id, `/preview?${previewQuery(options)}`), { signal })).json()) as Shapes;
}

/** Gives the shapes with what became of each in the check. */
export function shapes(id: string, signal: AbortSignal): Promise<Shapes> {
  return get<Shapes>(at(id, "/shapes"), signal);
}

/** The address of the report as a file. */
export function reportUrl(id: string, format: "json" | "geojson" | "csv"): string {
  return at(id, `/problems?format=${format}`);
}
