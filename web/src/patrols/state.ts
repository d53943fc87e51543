import { computed, effect, signal } from "@preact/signals";
import { ApiError, listAreas, type Trouble } from "../api/client";
import { checkpointKinds, listCheckpoints, listPatrols, patrolStates, type Checkpoint, type CheckpointKind, type Patrol } from "../api/patrols";
import { refText, type NamedArea } from "../api/people";
import { isKind } from "../api/types";
import { onEvent } from "../live/live";
import { area } from "../api/client";
import { nameOf } from "../i18n/i18n";
import { app } from "../state/app";
import { now } from "../state/clock";
import { endSession, isSignedOut, who } from "../state/session";
import { params } from "../state/store";
import { boundsOf, dayOf, isDay } from "./days";
import { checkpointOrder } from "./order";

/** The parts of the screen. */
export const tabs = ["patrols", "checkpoints"] as const;
export type Tab = (typeof tabs)[number];

/** Which part is shown. */
export const tab = computed((): Tab => tabs.find((x) => x === params.value.tab) ?? "patrols");
/** The clock of the district. */
export const zone = computed(() => app.value?.time_zone ?? "Asia/Shanghai");
/** The present day there. */
export const today = computed(() => dayOf(now.value, zone.value));
/** The day whose patrols are shown. */
export const day = computed(() => (isDay(params.value.day) ? params.value.day : today.value));
/** The only state that is shown, or null. */
export const onlyState = computed(() => patrolStates.find((s) => s === params.value.state) ?? null);
/** The area that is looked at; null for all. */
export const within = computed(() => {
  const [kind = "", code = ""] = (params.value.in ?? "").split(":");
  return isKind(kind) && code !== "" ? { kind, code } : null;
});
/** The only state, and the only kind, of checkpoints that is shown. */
export const onlyCheckpoints = computed(() => ({ state: checkpointOrder.find((s) => s === params.value.cps) ?? null, kind: params.value.cpk ?? null }));

/** The patrols of the day; null until they are known. */
export const patrols = signal<readonly Patrol[] | null>(null);
/** Every checkpoint that may be seen; null until they are known. */
export const checkpoints = signal<readonly Checkpoint[] | null>(null);
/** The kinds of checkpoint. */
export const kinds = signal<readonly CheckpointKind[]>([]);
/** Why the patrols, or the checkpoints, are not there. */
export const patrolTrouble = signal<Trouble | null>(null);
export const checkpointTrouble = signal<Trouble | null>(null);
/** The areas one can narrow to. */
export const areaChoices = signal<readonly NamedArea[]>([]);
/** Counts how often everything was to be asked for anew. */
export const turn = signal(0);

/** Asks for everything anew. */
export function refresh(): void {
  turn.value++;
}

/** The checkpoints that the filters leave. */
export const shownCheckpoints = computed(() => {
  const { state, kind } = onlyCheckpoints.value;
  const where = within.value;
  return (checkpoints.value ?? []).filter(({ properties: p }) => (state === null || p.state === state) && (kind === null || p.kind === kind) && (where === null || p.areas[where.kind]?.code === where.code));
});

/** Takes note of why an answer did not come. */
export function troubleOf(e: unknown): Trouble {
  if (isSignedOut(e)) endSession();
  return e instanceof ApiError ? e.trouble : "away";
}

/** Takes a checkpoint as an answer has it. */
export function putCheckpoint(c: Checkpoint): void {
  checkpoints.value = [...(checkpoints.peek() ?? []).filter((x) => x.id !== c.id), c];
}

async function askPatrols(stop: AbortSignal): Promise<void> {
  try {
    const where = within.peek();
    const found = await listPatrols({ ...boundsOf(day.peek(), zone.peek()), ...(where === null ? {} : { area: where }), limit: 500 }, stop);
    if (stop.aborted) return;
    patrols.value = found;
    patrolTrouble.value = null;
  } catch (e) {
    if (!stop.aborted) patrolTrouble.value = troubleOf(e);
  }
}

async function askCheckpoints(stop: AbortSignal): Promise<void> {
  try {
    const [found, known] = await Promise.all([listCheckpoints({}, stop), checkpointKinds()]);
    if (stop.aborted) return;
    checkpoints.value = found;
    kinds.value = known;
    checkpointTrouble.value = null;
  } catch (e) {
    if (!stop.aborted) checkpointTrouble.value = troubleOf(e);
  }
}

/** Finds the areas one can narrow to: the own ones, or the townships. */
async function askAreas(): Promise<void> {
  const scope = who.peek()?.scope;
  if (scope === undefined) return;
  if (scope.all) {
    const all = await listAreas("township", null).catch(() => []);
    areaChoices.value = all.map((a) => ({ kind: "township", code: a.code, name: nameOf(a) }));
    return;
  }
  const own = scope.areas.flatMap((text) => {
    const [kind = "", code = ""] = text.split(":");
    return isKind(kind) ? [{ kind, code }] : [];
  });
  const found = await Promise.all(own.map((ref) => area(ref).catch(() => null)));
  areaChoices.value = found.flatMap((f) => (f === null ? [] : [{ kind: f.properties.kind, code: f.properties.code, name: nameOf(f.properties) }]));
}

/** News come in bursts: so long after the first of them all is asked for, in milliseconds. */
const burstMs = 400;

/** Keeps patrols and checkpoints at what the address asks for, until the function that is given is called. */
export function follow(): () => void {
  let stops = [new AbortController(), new AbortController()] as const;
  let soon: ReturnType<typeof setTimeout> | undefined;
  const later = () => {
    soon ??= setTimeout(() => {
      soon = undefined;
      refresh();
    }, burstMs);
  };
  let shown = "";
  const ends = [
    effect(() => {
      void turn.value;
      const key = `${day.value} ${zone.value} ${within.value === null ? "" : refText(within.value)}`;
      stops[0].abort();
      stops = [new AbortController(), stops[1]];
      // Another day is another list; the same one stays while it is asked for again.
      if (key !== shown) patrols.value = null;
      shown = key;
      void askPatrols(stops[0].signal);
    }),
    effect(() => {
      void turn.value;
      stops[1].abort();
      stops = [stops[0], new AbortController()];
      void askCheckpoints(stops[1].signal);
    }),
    // What is ready or overdue follows the clock.
    effect(() => {
      void now.value;
      if (patrols.peek() !== null) later();
    }),
    onEvent("patrol.changed", later),
    onEvent("revision.published", later),
    onEvent("reset", later),
  ];
  void askAreas();
  return () => {
    for (const end of ends) end();
    for (const stop of stops) stop.abort();
    clearTimeout(soon);
    patrols.value = null;
    checkpoints.value = null;
    patrolTrouble.value = checkpointTrouble.value = null;
  };
}
