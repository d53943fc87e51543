import { effect, signal } from "@preact/signals";
import { patrolPath, type Fix, type Patrol } from "../api/patrols";
import { nameOf } from "../i18n/i18n";
import { rightFixMs } from "../offline/clock";
import { enqueueTrack } from "../offline/outbox";
import { tell } from "../state/store";
import { handedOn, keepFix } from "./kept";
import { markActive } from "./mark";
import { me } from "./me";
import { active, follow, listed, noteFixes, noteSeen, ready, walks } from "./state";
import { followFates, sentAtOnce } from "./steps";
import { t } from "./text";
import { keepAwake } from "./wake";
import { visitedBy, within, worthKeeping } from "./way";

/**
 * How recording stands. `off`: no patrol is under way, or it is paused.
 * `asking`: no position yet. `elsewhere`: another page of this browser records.
 * `denied`: the browser may not tell. `insecure`: it does not to pages that
 * came without encryption. `lost`: it cannot tell now.
 */
export type Recording = "off" | "asking" | "on" | "lost" | "denied" | "insecure" | "elsewhere";

/** How recording stands. */
export const recording = signal<Recording>("off");
/** The position that came last, whether or not it counts. */
export const lastFix = signal<Fix | null>(null);
/** Whether the phone has no room for the track: what comes is kept as long as the page lives. */
export const noRoom = signal(false);

/** So many fixes go at once, or those of so many milliseconds. */
const batchSize = 20;
const batchMs = 20_000;

/** So many fixes that are handed on already are looked at for how long somebody has been somewhere. */
const lookBack = 60;

/** What the browser tells of a position beside what all do. */
interface Told extends GeolocationPosition {
  /** Some Android browsers say that a program made it up. */
  mocked?: boolean;
}

/** Makes a fix of what the browser tells. */
export function fixOf(p: GeolocationPosition): Fix {
  const { coords } = p;
  const mocked = (p as Told).mocked === true || (coords as { mocked?: boolean }).mocked === true;
  return {
    t: new Date(rightFixMs(p.timestamp, Date.now())).toISOString(),
    lon: Number(coords.longitude.toFixed(7)),
    lat: Number(coords.latitude.toFixed(7)),
    accuracy_m: Number(coords.accuracy.toFixed(1)),
    ...(coords.speed === null || Number.isNaN(coords.speed) ? {} : { speed_mps: Number(Math.max(coords.speed, 0).toFixed(2)) }),
    ...(mocked ? { mock: true } : {}),
  };
}

/** The patrol whose fixes are buffered, and when the first of them came. */
let buffered: { patrol: Patrol; since: number } | null = null;
let moving: Promise<void> = Promise.resolve();

/** Hands what was recorded to the outbox, which sends it. */
export function flush(): Promise<void> {
  moving = moving.then(async () => {
    const from = buffered;
    const walk = from === null ? undefined : walks.peek().get(from.patrol.id);
    const account = me.peek()?.id;
    if (from === null || walk === undefined || account === undefined || walk.pending.length === 0) return;
    const batch = walk.pending;
    const { id, area } = from.patrol;
    const [path, lines, label] = [patrolPath(id, "track"), batch.map((f) => JSON.stringify(f)), t("label_track", { area: nameOf(area) })];
    try {
      await enqueueTrack(id, path, lines, label);
      noRoom.value = false;
    } catch {
      noRoom.value = !(await sentAtOnce({ kind: "track", subject: `patrol/${id}`, path, body: lines.join("\n"), type: "application/x-ndjson", label }));
      if (noRoom.peek()) {
        // It stays with what comes next.
        from.since = Date.now();
        return;
      }
    }
    const now = walks.peek().get(id);
    const given = new Set(batch);
    noteFixes(id, { line: [...(now?.line ?? []), ...batch], pending: (now?.pending ?? []).filter((f) => !given.has(f)) });
    from.since = Date.now();
    await handedOn(account, id, batch);
  });
  return moving;
}

function flushWhenDue(): void {
  const pending = buffered === null ? [] : (walks.peek().get(buffered.patrol.id)?.pending ?? []);
  if (buffered !== null && (pending.length >= batchSize || (pending.length > 0 && Date.now() - buffered.since >= batchMs))) void flush();
}

/** Takes a position: keeps it where it is worth it, and says which checkpoints it reaches. */
function take(p: Patrol, f: Fix): void {
  const account = me.peek()?.id;
  lastFix.value = f;
  recording.value = "on";
  // A position from before the start is none of the patrol.
  if (account === undefined || Date.parse(f.t) < Date.parse(p.started_at ?? "")) return;
  const walk = walks.peek().get(p.id) ?? { steps: [], seen: {}, line: [], pending: [] };
  const stops = p.checkpoints ?? [];
  const ahead = stops.filter((c) => walk.seen[c.id] === undefined && (c.visited_at === null || c.visited_at === undefined));
  const before = [...walk.line.slice(-lookBack), ...walk.pending];
  const inside = within(f, ahead);
  if (!worthKeeping(f, before.at(-1) ?? null, inside.length > 0)) return;
  const reached = visitedBy([...before, f], inside);
  if (walk.pending.length === 0 && buffered !== null) buffered.since = Date.now();
  noteFixes(p.id, { line: walk.line, pending: [...walk.pending, f] });
  void keepFix(account, p.id, f);
  if (reached.length > 0) {
    noteSeen(p.id, reached, Date.parse(f.t));
    navigator.vibrate?.(200);
    tell(t("reached", { name: stops.filter((c) => reached.includes(c.id)).map((c) => c.name).join("、") }));
    // What was reached is not to wait for its turn.
    void flush();
  } else flushWhenDue();
}

/** Takes the positions of a patrol until the function that is given is called. */
function watch(id: string): () => void {
  if (!isSecureContext || !("geolocation" in navigator)) {
    recording.value = "insecure";
    return () => undefined;
  }
  let over = false;
  let watching: number | null = null;
  const begin = () => {
    recording.value = "asking";
    watching = navigator.geolocation.watchPosition(
      (position) => {
        const p = active.peek();
        if (!over && p?.id === id && !p.paused) take(p, fixOf(position));
      },
      (e) => {
        if (over) return;
        if (e.code !== e.PERMISSION_DENIED) {
          recording.value = "lost";
          return;
        }
        recording.value = "denied";
        if (watching !== null) navigator.geolocation.clearWatch(watching);
        watching = null;
      },
      { enableHighAccuracy: true, maximumAge: 0, timeout: 30_000 },
    );
  };
  begin();
  retry = () => {
    if (watching === null && !over) begin();
  };
  // Somebody who allows it in the browser's own settings need not come back here.
  void navigator.permissions?.query({ name: "geolocation" }).then(
    (status) => (status.onchange = () => status.state === "granted" && retry()),
    () => undefined,
  );
  return () => {
    over = true;
    if (watching !== null) navigator.geolocation.clearWatch(watching);
  };
}

let retry = (): void => undefined;

/** Asks once more for leave to know the position. */
export function askAgain(): void {
  retry();
}

/** Records a patrol until the function that is given is called. Of all pages of this browser one does. */
function record(p: Patrol): () => void {
  const stop = new AbortController();
  let end = (): void => undefined;
  const work = () => {
    if (stop.signal.aborted) return Promise.resolve();
    const stopWatching = watch(p.id);
    const sleep = keepAwake();
    const beat = setInterval(flushWhenDue, 5_000);
    return new Promise<void>((resolve) => {
      end = () => {
        stopWatching();
        sleep();
        clearInterval(beat);
        resolve();
      };
    });
  };
  recording.value = "asking";
  if (navigator.locks === undefined) void work();
  else {
    navigator.locks
      .request("gridpatrol-recording", { ifAvailable: true }, (lock) => {
        if (lock !== null) return work();
        if (!stop.signal.aborted) recording.value = "elsewhere";
        void navigator.locks.request("gridpatrol-recording", { signal: stop.signal }, work).catch(() => undefined);
        return Promise.resolve();
      })
      .catch(() => undefined);
  }
  return () => {
    stop.abort();
    end();
    recording.value = "off";
    lastFix.value = null;
  };
}

let begun = false;

/** Records whenever a patrol of whoever holds the phone is under way and not paused, as long as the page lives. */
export function recordPatrols(): void {
  if (begun) return;
  begun = true;
  let following: (() => void) | null = follow();
  followFates();
  let of: string | null = null;
  let stop = (): void => undefined;
  effect(() => {
    const p = active.value;
    const whoever = me.value;
    if (p !== null) {
      following ??= follow();
      if (buffered?.patrol.id !== p.id) buffered = { patrol: p, since: Date.now() };
    } else if (listed.value) {
      // Who is on no patrol hears of them where they are shown.
      following?.();
      following = null;
    }
    // While nobody is known to be gone the mark stays: the next page goes on.
    if (whoever !== undefined && listed.value) markActive(p === null ? null : p.id);
    const wanted = p === null || p.paused || !whoever ? null : p.id;
    if (wanted === of) return;
    of = wanted;
    stop();
    stop = () => undefined;
    void flush();
    if (p !== null && wanted !== null) stop = record(p);
  });
  // What a page that crashed left goes out now.
  void ready().then(flushAll);
}

/** Hands on what earlier pages recorded and did not. */
async function flushAll(): Promise<void> {
  const account = me.peek()?.id;
  if (account === undefined) return;
  for (const [id, walk] of walks.peek()) {
    if (walk.pending.length === 0 || buffered?.patrol.id === id) continue;
    const batch = walk.pending;
    try {
      await enqueueTrack(id, patrolPath(id, "track"), batch.map((f) => JSON.stringify(f)), t("label_track", { area: "" }));
      noteFixes(id, { line: [...walk.line, ...batch], pending: [] });
      await handedOn(account, id, batch);
    } catch {
      noRoom.value = true;
    }
  }
  void flush();
}
