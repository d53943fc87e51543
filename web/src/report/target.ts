import { effect, signal } from "@preact/signals";
import { ApiError, area, locate } from "../api/client";
import type { Candidate, Located } from "../api/types";
import { mayBeNext, nearM } from "../place/edge";
import { change, draft, type Place } from "./draft";
import { distanceM, nearestInside } from "./inside";
import { onLattice } from "./position";

/** A grid that a place may lie in. */
export interface Side {
  code: string;
  name: string;
  distanceM: number;
}

/** What the server says of the draft's place. `trouble`: it could not be asked. `sides` are two or more, or none. */
export interface Target {
  of: Place;
  located: Located | null;
  trouble: ApiError["trouble"] | null;
  sides: Side[];
}

/** Reports whether two places are the same. */
export function samePlace(a: Place, b: Place): boolean {
  return a.lon === b.lon && a.lat === b.lat && a.accuracyM === b.accuracyM;
}

/** The last answer; it stays while the next is awaited. */
export const target = signal<Target | null>(null);
/** Whether an answer is awaited. */
export const asking = signal(false);
/** How far, in metres, and into which grid the place was moved by choosing a side; null once it was changed otherwise. */
export const moved = signal<{ m: number; name: string; of: Place } | null>(null);

const pauseMs = 150;

async function sidesOf(located: Located, accuracyM: number | null): Promise<Side[]> {
  const here = located.areas.grid;
  const next: Candidate[] = mayBeNext(located, accuracyM);
  const sides = await Promise.all(
    next.map(async (c) => ({
      code: c.code,
      distanceM: c.distance_m,
      name: c.code === here?.code ? here.name : await area(c).then((f) => f.properties.name, () => c.code),
    })),
  );
  // A place just outside the district has no grid of its own, yet may be meant to lie in one.
  return sides.length > 1 || here === null ? sides : [];
}

/** Asks what a place belongs to. */
export async function ask(of: Place, abort: AbortSignal): Promise<Target> {
  try {
    const located = await locate(of.lon, of.lat, of.accuracyM ?? nearM, abort);
    return { of, located, trouble: null, sides: await sidesOf(located, of.accuracyM) };
  } catch (e) {
    if (abort.aborted) throw e;
    return { of, located: null, trouble: e instanceof ApiError ? e.trouble : "away", sides: [] };
  }
}

/** Follows the draft's place with the server's answers, until the function that is given is called. */
export function followPlace(): () => void {
  let abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  // What could not be asked before, as without an account, is asked anew.
  let last: Place | null = target.peek()?.trouble === null ? (target.peek()?.of ?? null) : null;
  const start = (of: Place, wait: number) => {
    clearTimeout(timer);
    clearTimeout(again);
    abort.abort();
    const mine = (abort = new AbortController());
    asking.value = true;
    timer = setTimeout(() => {
      ask(of, mine.signal).then(
        (answer) => {
          if (mine.signal.aborted) return;
          target.value = answer;
          asking.value = false;
          if (answer.trouble === "away" || answer.trouble === "busy") again = setTimeout(() => start(of, 0), 8000);
        },
        () => undefined,
      );
    }, wait);
  };
  const end = effect(() => {
    const place = draft.value.place;
    if (place === null) {
      last = null;
      target.value = null;
      return;
    }
    if (last !== null && samePlace(last, place)) return;
    if (moved.peek()?.of !== place) moved.value = null;
    last = place;
    start(place, target.peek() === null ? 0 : pauseMs);
  });
  const online = () => {
    if (last !== null && target.peek()?.trouble != null) start(last, 0);
  };
  addEventListener("online", online);
  return () => {
    end();
    abort.abort();
    clearTimeout(timer);
    clearTimeout(again);
    asking.value = false;
    removeEventListener("online", online);
  };
}

/** Sets the draft's place. */
export function setPlace(lon: number, lat: number, accuracyM: number | null): void {
  change({ place: { ...onLattice({ lon, lat }), accuracyM } });
}

/**
 * Moves the place to the nearest one in a grid, as the server sees it. Gives
 * false where that cannot be done now. From then on it is a place that was
 * pointed at: how well it was measured no longer says where it is.
 */
export async function chooseSide(side: Side): Promise<boolean> {
  const from = draft.peek().place;
  if (from === null) return false;
  try {
    const grid = await area({ kind: "grid", code: side.code });
    const to = nearestInside(grid.geometry.coordinates, from);
    if (to === null) return false;
    const place: Place = { ...to, accuracyM: null };
    const answer = await ask(place, new AbortController().signal);
    if (answer.located?.areas.grid?.code !== side.code || draft.peek().place !== from) return false;
    moved.value = { m: distanceM(from, to), name: side.name, of: place };
    change({ place });
    return true;
  } catch {
    return false;
  }
}
