import { baseMapAnswers } from "../state/basemap";

/** An answer as the map library takes it from a protocol of ours. */
interface Fetched {
  data: ArrayBuffer;
  cacheControl?: string | undefined;
  expires?: string | undefined;
}

/**
 * Tiles of the base map asked for at the same time. Browsers grant a server
 * few connections, and an outside map that hangs must leave some for our own.
 */
const most = 3;
/** Milliseconds after which no answer is none. The server itself waits less. */
const patience = 8_000;
/** Tiles in a row that could not be had before the map counts as away. */
const enough = 2;

/** Seconds to wait where the server does not say. */
const unsaid = 15;

let running = 0;
const waiting: (() => void)[] = [];
let failures = 0;
let resting = 0;
let trying = false;

async function inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

/** Gives no tile for the moment: the map asks again when that has expired. */
function away(seconds: number): Fetched {
  return { data: new ArrayBuffer(0), expires: new Date(Date.now() + seconds * 1000).toUTCString() };
}

function failed(seconds: number): Fetched {
  failures++;
  if (failures >= enough) {
    baseMapAnswers.value = false;
    resting = Date.now() + seconds * 1000;
  }
  return away(seconds);
}

/**
 * Fetches a tile of the base map by its path. A tile that cannot be had is an
 * empty one, never an error: the map goes on without.
 */
export function fetchBaseTile(path: string, signal: AbortSignal): Promise<Fetched> {
  return inTurn(signal, async () => {
    if (Date.now() < resting) return away((resting - Date.now()) / 1000 + 1);
    // After a rest one tile tries for all.
    if (baseMapAnswers.peek() !== false) return load(path, signal);
    if (trying) return away(2);
    trying = true;
    try {
      return await load(path, signal);
    } finally {
      trying = false;
    }
  });
}

async function load(path: string, signal: AbortSignal): Promise<Fetched> {
  let answer: Response;
  let data: ArrayBuffer;
  try {
    answer = await fetch(path, { signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) });
    data = await answer.arrayBuffer();
  } catch (e) {
    if (signal.aborted) throw e;
    return failed(unsaid);
  }
  const later = Number(answer.headers.get("Retry-After"));
  if (!answer.ok || later > 0) return failed(later > 0 ? later : unsaid);
  failures = 0;
  resting = 0;
  // A tile that is not there proves that the server answers, not that there is a map.
  if (data.byteLength > 0) baseMapAnswers.value = true;
  return { data, cacheControl: answer.headers.get("Cache-Control") ?? undefined };
}
