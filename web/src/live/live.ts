import { effect, signal } from "@preact/signals";
import type { Status } from "../api/reports";
import { app } from "../state/app";
import { who } from "../state/session";
import { Listeners } from "./listeners";
import { EventStream, type Connection } from "./stream";

/** What a message says of a report. Those who see no single reports get no `id`, and a rounded place. */
export interface ReportEvent {
  id?: string;
  status: Status;
  version?: number;
  category: string;
  created_at: string;
  updated_at: string;
  lon?: number;
  lat?: number;
}

/** What a message says of a boundary plan. */
export interface PlanEvent {
  plan: string;
  version: number;
  etag: string;
  status: string;
  by?: string;
}

/** What a message says of a patrol. */
export interface PatrolEvent {
  id?: string;
  version?: number;
}

/** What is told to listeners, by its type. */
export interface LiveEvents {
  "report.created": ReportEvent;
  "report.changed": ReportEvent;
  "revision.published": { revision: number; published_at: string };
  /** Somebody worked on a boundary plan: told to those who may. */
  "plan.changed": PlanEvent;
  /** A patrol was planned or changed, or its state did: told to those who may read it. */
  "patrol.changed": PatrolEvent;
  /** Messages were missed, or somebody else is signed in now: ask for everything anew. */
  reset: null;
  /** The stream is open, for the first time or again. What was asked for before the first time may be old. */
  open: null;
}

/** Whether news come in. */
export const connection = signal<Connection>("off");

/** How long a hidden page still listens: browsers grant one server few connections, over all of its pages. */
const hiddenMs = 3_000;
/** How long the stream stays open without listeners, as while screens change. */
const idleMs = 1_000;

const types: readonly string[] = ["report.created", "report.changed", "revision.published", "plan.changed", "patrol.changed", "reset"] satisfies (keyof LiveEvents)[];
const listeners = new Listeners<LiveEvents>();
let refused = false;
let pause: ReturnType<typeof setTimeout> | undefined;

const stream = new EventStream({
  path: "/api/v1/events",
  onMessage: (m) => {
    if (!types.includes(m.type)) return;
    const type = m.type as Exclude<keyof LiveEvents, "open">;
    if (type === "reset") listeners.tell("reset", null);
    else listeners.tell(type, JSON.parse(m.data) as ReportEvent & LiveEvents["revision.published"] & PlanEvent & PatrolEvent);
  },
  onOpen: (gap) => {
    listeners.tell("open", null);
    if (gap) listeners.tell("reset", null);
  },
  onState: (state) => (connection.value = state),
  onRefused: () => (refused = true),
});

/** Reports whether the server tells whoever is here anything: asking all the same would be an error on the console. */
function mayListen(): boolean {
  return app.peek()?.public === "map" || (who.peek() ?? null) !== null;
}

/** Opens or closes the stream as it is needed now; what is not needed any more stays a while. */
function adjust(): void {
  clearTimeout(pause);
  const hidden = document.visibilityState === "hidden";
  if (listeners.size > 0 && !hidden) {
    if (!refused && mayListen()) stream.start();
    stream.hurry();
  } else if (connection.peek() !== "off") {
    pause = setTimeout(() => stream.stop(), hidden ? hiddenMs : idleMs);
  }
}

if (typeof document !== "undefined") {
  document.addEventListener("visibilitychange", adjust);
  addEventListener("online", adjust);
  // A page that is kept for going back must not hold a connection.
  addEventListener("pagehide", () => stream.stop());
  addEventListener("pageshow", adjust);
  effect(() => {
    void app.value;
    void who.value;
    adjust();
  });
}

/**
 * Calls fn for every message of a type until the function that is given is
 * called. The page has one stream for all who listen; it is open while there
 * are any and the page is seen, and comes back by itself.
 */
export function onEvent<T extends keyof LiveEvents>(type: T, fn: (data: LiveEvents[T]) => void): () => void {
  const end = listeners.add(type, fn);
  adjust();
  return () => {
    end();
    adjust();
  };
}

/** Listens anew, as whoever is signed in now. Listeners get "reset". */
export function relisten(): void {
  refused = false;
  stream.forget();
  adjust();
}
