import { computed, effect, signal } from "@preact/signals";
import { ApiError } from "../api/client";
import { endSession, isSignedOut } from "../state/session";
import { check, ImportError, preview, readImport, readLayers, remove, shapes, stopCheck, upload, write, type Sent } from "./client";
import { isChecked, layerOf, stateOf, wholeOptions, withGuess } from "./options";
import { Rate } from "./rate";
import { setParams } from "../state/store";
import type { Import, Layer, Options, Shapes, What } from "./types";

/** The import that is shown; null until it has come. */
export const current = signal<Import | null>(null);
/** Why it has not come, or what was asked last was not done. */
export const trouble = signal<ImportError | ApiError | null>(null);
/** Whether it is no longer on the server. */
export const isGone = signal(false);
/** How the file is to be read, as chosen here; the server hears of it with the check. */
export const chosen = signal<Options | null>(null);
/** Whether something is being asked of the server. */
export const busy = signal(false);

/** The layers in another encoding than the upload found. */
const again = signal<{ of: string; layers: Layer[] } | null>(null);
/** Why they have not come. */
export const lookRefused = signal<ApiError | null>(null);
/** What they are of: an import and an encoding; empty where the file's own is chosen. */
const lookedAs = computed(() => {
  const encoding = chosen.value?.encoding ?? "";
  return encoding === "" ? "" : `${current.value?.id ?? ""} ${encoding}`;
});
/** Whether the columns that are shown are still those of another encoding than the chosen one. */
export const looking = computed(() => lookedAs.value !== "" && again.value?.of !== lookedAs.value && lookRefused.value === null);

/** The layer that is chosen, with its columns as they are in the encoding that is chosen, once these have come. */
export const layer = computed(() => {
  const [i, o] = [current.value, chosen.value];
  if (i === null || o === null) return null;
  return layerOf(again.value !== null && again.value.of === lookedAs.value ? again.value.layers : i.layers, o);
});
/** Whether what was found is about what is chosen. */
export const upToDate = computed(() => current.value !== null && chosen.value !== null && isChecked(current.value, chosen.value));

/** Counts up with everything that was heard of something running: what was found since is another thing. */
let runs = 0;

const kept = (id: string) => `gridpatrol-import-${id}`;

function recall(id: string): Options | null {
  try {
    const text = sessionStorage.getItem(kept(id));
    return text === null ? null : wholeOptions(JSON.parse(text) as Partial<Options>);
  } catch {
    return null;
  }
}

/** Chooses how to read the file; the choice outlives a reload of the page. */
export function choose(options: Options): void {
  chosen.value = options;
  const id = current.peek()?.id;
  if (id === undefined) return;
  try {
    sessionStorage.setItem(kept(id), JSON.stringify(options));
  } catch {
    // A browser that keeps nothing begins with what the server suggests.
  }
}

/** Reads the text in another encoding: the columns that were chosen have other names there. Empty is the file's own. */
export function chooseEncoding(encoding: string): void {
  const [i, o] = [current.peek(), chosen.peek()];
  if (i === null || o === null) return;
  const next = { ...o, encoding, map: {} };
  choose(encoding === "" ? withGuess(next, layerOf(i.layers, next)) : next);
}

/** Keeps the columns those of the chosen encoding until the function that is given is called. */
function followEncoding(): () => void {
  let abort = new AbortController();
  const end = effect(() => {
    const of = lookedAs.value;
    abort.abort();
    lookRefused.value = null;
    const [i, o] = [current.peek(), chosen.peek()];
    if (of === "" || i === null || o === null || again.peek()?.of === of) return;
    const mine = (abort = new AbortController());
    readLayers(i.id, o.encoding, mine.signal).then(
      (layers) => {
        if (mine.signal.aborted) return;
        again.value = { of, layers };
        const now = chosen.peek();
        if (now !== null && Object.keys(now.map).length === 0) choose(withGuess(now, layerOf(layers, now)));
      },
      (e: unknown) => {
        if (!mine.signal.aborted) lookRefused.value = fault(e);
      },
    );
  });
  return () => {
    end();
    abort.abort();
  };
}

/** Takes an answer; one that is older than what is shown is none. */
function take(given: Import): void {
  const i: Import = { ...given, state: stateOf(given), layers: given.layers ?? [], fields: given.fields ?? [], options: wholeOptions(given.options) };
  const before = current.peek();
  if (before !== null && before.id === i.id && i.version < before.version) return;
  if (i.state === "running") runs++;
  if (before?.id !== i.id || chosen.peek() === null) chosen.value = recall(i.id) ?? i.options;
  current.value = i;
}

const fault = (e: unknown): ApiError => (e instanceof ApiError ? e : new ApiError("away", "unreachable"));

function refused(e: unknown): void {
  if (isSignedOut(e)) endSession();
  trouble.value = fault(e);
}

/** So long after a failure it is asked again, in milliseconds. */
const againMs = 3_000;

/** Follows an import until the function that is given is called. While something runs, the server answers when there are news. */
export function follow(id: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let mine = new AbortController();
  const ask = async () => {
    clearTimeout(timer);
    // One question at a time: the one before may wait for long.
    mine.abort();
    const { signal: gone } = (mine = new AbortController());
    try {
      const known = current.peek();
      take(await readImport(id, gone, known?.id === id && known.state === "running" ? known.version : undefined));
      if (trouble.peek()?.trouble === "away") trouble.value = null;
    } catch (e) {
      if (gone.aborted) return;
      if (e instanceof ApiError && e.trouble === "missing") {
        isGone.value = true;
        return;
      }
      refused(e);
      if (e instanceof ApiError && e.trouble === "private") return;
      timer = setTimeout(() => void ask(), againMs);
      return;
    }
    if (!gone.aborted && current.peek()?.state === "running") void ask();
  };
  if (current.peek()?.id !== id) {
    current.value = null;
    chosen.value = null;
  }
  trouble.value = null;
  isGone.value = false;
  void ask();
  const endEncoding = followEncoding();
  // What runs is followed also where another page, or this one, has begun it.
  let running = false;
  const end = effect(() => {
    const now = current.value?.id === id && current.value.state === "running";
    if (now && !running) {
      running = true;
      queueMicrotask(() => void ask());
    }
    if (!now) running = false;
  });
  const seen = () => document.visibilityState === "visible" && current.peek()?.state !== "running" && void ask();
  document.addEventListener("visibilitychange", seen);
  return () => {
    mine.abort();
    clearTimeout(timer);
    end();
    endEncoding();
    document.removeEventListener("visibilitychange", seen);
  };
}

async function act(what: () => Promise<Import>): Promise<boolean> {
  busy.value = true;
  trouble.value = null;
  try {
    take(await what());
    return true;
  } catch (e) {
    refused(e);
    return false;
  } finally {
    busy.value = false;
  }
}

/** Has the file checked as it is chosen, and shows the check. */
export async function startCheck(options?: Options): Promise<void> {
  if (options !== undefined) choose(options);
  const [i, o] = [current.peek(), chosen.peek()];
  if (i === null || o === null) return;
  const named = { ...o, layer: layer.peek()?.name ?? o.layer };
  choose(named);
  if (await act(() => check(i.id, i.what, named))) setParams({ step: "check", only: null, change: null, tab: null });
}

/** Stops the check that runs. What it had found by then is shown. */
export async function endCheck(): Promise<void> {
  const id = current.peek()?.id;
  if (id === undefined) return;
  await act(async () => {
    await stopCheck(id);
    return readImport(id, new AbortController().signal);
  });
}

/** Has the file taken over. */
export function startWrite(how: { title?: string; publish?: boolean; note?: string }): Promise<boolean> {
  const id = current.peek()?.id;
  return id === undefined ? Promise.resolve(false) : act(() => write(id, how));
}

/** Throws an import away. Throws an ApiError. */
export async function throwAway(id: string): Promise<void> {
  await remove(id);
  try {
    sessionStorage.removeItem(kept(id));
  } catch {
    // Nothing is kept there.
  }
}

/** What is being uploaded, and how far it is. */
export interface Upload {
  name: string;
  sent: Sent;
  perSecond: number | null;
  remaining: number | null;
  stop: () => void;
}

export const uploading = signal<Upload | null>(null);
/** Why the last upload was not taken, and of what. */
export const uploadRefused = signal<{ name: string; error: ApiError } | null>(null);

const warn = (e: BeforeUnloadEvent) => e.preventDefault();

/** Uploads the files of one import, and gives it; null where that was refused or given up. */
export async function send(what: What, name: string, files: readonly File[]): Promise<Import | null> {
  uploading.peek()?.stop();
  const abort = new AbortController();
  const rate = new Rate();
  const of = files.reduce((n, f) => n + f.size, 0);
  const mine: Upload = { name, sent: { bytes: 0, of }, perSecond: null, remaining: null, stop: () => abort.abort() };
  uploading.value = mine;
  uploadRefused.value = null;
  addEventListener("beforeunload", warn);
  try {
    const made = await upload(
      what,
      files,
      (sent) => {
        rate.note(sent.bytes, Date.now());
        uploading.value = { ...mine, sent, perSecond: rate.perSecond(), remaining: rate.remaining(sent.of) };
      },
      abort.signal,
    );
    current.value = null;
    chosen.value = null;
    take(made);
    return current.peek();
  } catch (e) {
    if (isSignedOut(e)) endSession();
    if (!abort.signal.aborted) uploadRefused.value = { name, error: fault(e) };
    return null;
  } finally {
    removeEventListener("beforeunload", warn);
    uploading.value = null;
  }
}

/** The shapes on the map: as they would be read, or as the check found them. */
export const shown = signal<{ of: "preview" | "check"; key: string; shapes: Shapes } | null>(null);
/** What the features of the file are called, as far as they have shapes. */
export const names = computed(() => new Map((shown.value?.shapes.features ?? []).flatMap((s) => (s.properties.feature > 0 && s.properties.name !== "" ? [[s.properties.feature, s.properties.name] as const] : []))));
/** Why there are none. */
export const shapesRefused = signal<ApiError | null>(null);
/** Whether they are awaited. */
export const drawing = signal(false);

const pauseMs = 250;

/** Keeps the shapes on the map at what is chosen, or at what the check found, until the function that is given is called. */
export function followShapes(of: "preview" | "check"): () => void {
  let abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = "";
  const end = effect(() => {
    const [i, o] = [current.value, chosen.value];
    if (i === null || o === null || looking.value) return;
    if (of === "check" && (busy.value || i.state === "running" || i.report === null)) {
      // What is being asked for takes the place of what there is.
      abort.abort();
      last = "";
      return;
    }
    const l = layer.value;
    const hasShapes = i.what !== "roster" && (of === "check" || l === null || l.geometry !== "" || (o.map["lon"] ?? "") !== "" || (o.map["position"] ?? "") !== "");
    const key = of === "check" ? `${i.id} ${runs}` : JSON.stringify([i.id, l?.name, o.crs, o.encoding, o.map]);
    if (key === last) return;
    last = key;
    clearTimeout(timer);
    abort.abort();
    shapesRefused.value = null;
    if (!hasShapes) {
      shown.value = null;
      drawing.value = false;
      return;
    }
    const mine = (abort = new AbortController());
    drawing.value = true;
    timer = setTimeout(() => {
      (of === "check" ? shapes(i.id, mine.signal) : preview(i.id, { ...o, layer: l?.name ?? o.layer }, mine.signal)).then(
        (s) => {
          if (mine.signal.aborted) return;
          shown.value = { of, key, shapes: s };
          drawing.value = false;
        },
        (e: unknown) => {
          if (mine.signal.aborted) return;
          if (of === "preview") shown.value = null;
          shapesRefused.value = fault(e);
          drawing.value = false;
        },
      );
    }, of === "check" ? 0 : pauseMs);
  });
  return () => {
    end();
    abort.abort();
    clearTimeout(timer);
    drawing.value = false;
  };
}

/** What of the file is looked at: the number of a feature, or a place, or both. */
export const looked = signal<{ feature: number; code: string; at: readonly [number, number] | null } | null>(null);
