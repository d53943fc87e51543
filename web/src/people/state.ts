import { computed, signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError, forgetAreas, type Trouble } from "../api/client";
import { vacancies, type Vacancy } from "../api/rosters";
import type { Ref } from "../api/types";
import { parseLocal } from "../plans/when";
import { app } from "../state/app";
import { can, endSession, isSignedOut } from "../state/session";
import { params, selection } from "../state/store";

/** The parts of the screen. */
export const tabs = ["area", "person", "vacant", "handover"] as const;
export type Tab = (typeof tabs)[number];

/** Which part is shown. */
export const tab = computed((): Tab => tabs.find((t) => t === params.value.tab) ?? "area");

/** The time zone of the district. */
export const zone = computed(() => app.value?.time_zone ?? "Asia/Shanghai");

/** The day as of which all is shown, as the address has it; null for now. */
export const day = computed(() => (/^\d{4}-\d\d-\d\d$/.test(params.value.on ?? "") ? (params.value.on ?? null) : null));

/** The instant as of which all is shown: noon of the day; null for now. */
export const at = computed(() => (day.value === null ? null : (parseLocal(`${day.value}T12:00`, zone.value)?.toISOString() ?? null)));

/** The area whose posts are shown; null for the whole district. */
export const chosen = computed((): Ref | null => (selection.value?.type === "area" ? selection.value.ref : null));

/** Reports whether changes may be made of what is shown: what was is not changed. */
export const mayManage = computed(() => can("manage_duties") && at.value === null);

/** Counts how often everything was to be asked for anew. */
export const turn = signal(0);

/** Asks for everything anew. */
export function refresh(): void {
  forgetAreas();
  turn.value++;
}

/** The kinds of area the map can be coloured by. */
export const coloured = ["grid", "village_group", "compound"] as const;
export type Coloured = (typeof coloured)[number];

/** The kind the map is coloured by. */
export const colouredKind = computed((): Coloured => coloured.find((k) => k === params.value.colour) ?? "grid");

/** What is vacant; null until that is known. */
export const vacant = signal<Vacancy[] | null>(null);
/** Why it is not known. */
export const vacantTrouble = signal<Trouble | null>(null);

/** Takes note of why an answer did not come. */
export function troubleOf(e: unknown): Trouble {
  if (isSignedOut(e)) endSession();
  return e instanceof ApiError ? e.trouble : "away";
}

/** Asks for what is vacant at the time shown. */
export async function askVacant(stop: AbortSignal): Promise<void> {
  try {
    const answer = await vacancies(stop, at.peek());
    if (stop.aborted) return;
    vacant.value = answer;
    vacantTrouble.value = null;
  } catch (e) {
    if (!stop.aborted) vacantTrouble.value = troubleOf(e);
  }
}

/** Forgets what was loaded: it was somebody's. */
export function unload(): void {
  vacant.value = null;
  vacantTrouble.value = null;
}

/** An answer, or why there is none. */
export interface Asked<T> {
  value: T | null;
  trouble: Trouble | null;
}

/** Asks for what a key names, again when the key changes or everything is asked for anew. What there was stays while the same is asked again. */
export function useAsked<T>(key: string, ask: (stop: AbortSignal) => Promise<T>): Asked<T> {
  const state = useSignal<Asked<T> & { key: string }>({ key, value: null, trouble: null });
  const round = turn.value;
  useEffect(() => {
    const stop = new AbortController();
    if (state.peek().key !== key) state.value = { key, value: null, trouble: null };
    ask(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) state.value = { key, value, trouble: null };
      },
      (e: unknown) => {
        if (!stop.signal.aborted) state.value = { key, value: state.peek().value, trouble: troubleOf(e) };
      },
    );
    return () => stop.abort();
  }, [key, round]);
  return state.value.key === key ? state.value : { value: null, trouble: null };
}
