import { signal, type ReadonlySignal } from "@preact/signals";
import { ApiError, request, type Trouble } from "../api/client";
import type { Report } from "../api/reports";
import { EventStream } from "../live/stream";
import { changesOf, type Part } from "./changes";

/** How often is asked where nothing tells of changes. */
const pollMs = 20_000;
/** How long what has changed is marked. */
const freshMs = 8_000;

/** A report as its sender sees it. */
export async function followed(id: string, secret: string, stop?: AbortSignal): Promise<Report> {
  const how: RequestInit = { headers: { "X-Follow-Secret": secret }, cache: "no-store", ...(stop === undefined ? {} : { signal: stop }) };
  return (await (await request(`/api/v1/reports/${encodeURIComponent(id)}`, how)).json()) as Report;
}

/** A report that is followed while the page is open. */
export interface Watched {
  /** The last answer; it stays where a later one does not come. */
  report: ReadonlySignal<Report | null>;
  /** Why there is no answer now. */
  trouble: ReadonlySignal<Trouble | null>;
  /** What has just changed. */
  fresh: ReadonlySignal<ReadonlySet<Part>>;
  /** Whether changes are told as they happen. */
  live: ReadonlySignal<boolean>;
  ask: () => void;
  end: () => void;
}

/** Follows a report. `onNews` hears what changed, once the first answer is there. */
export function watch(id: string, secret: string, onNews: (report: Report, changed: ReadonlySet<Part>) => void): Watched {
  const report = signal<Report | null>(null);
  const trouble = signal<Trouble | null>(null);
  const fresh = signal<ReadonlySet<Part>>(new Set());
  const live = signal(false);
  let asked = new AbortController();
  let fades: ReturnType<typeof setTimeout> | undefined;
  let refused = false;

  const seen = () => document.visibilityState === "visible";
  const listen = () => {
    if (seen() && !refused) stream.start();
  };
  const take = (r: Report) => {
    const before = report.peek();
    report.value = r;
    trouble.value = null;
    listen();
    const changed = before === null ? new Set<Part>() : changesOf(before.properties, r.properties);
    if (changed.size === 0) return;
    clearTimeout(fades);
    fresh.value = new Set([...fresh.peek(), ...changed]);
    fades = setTimeout(() => (fresh.value = new Set()), freshMs);
    onNews(r, changed);
  };
  const ask = () => {
    asked.abort();
    const mine = (asked = new AbortController());
    followed(id, secret, mine.signal).then(take, (e: unknown) => {
      if (mine.signal.aborted) return;
      trouble.value = e instanceof ApiError ? e.trouble : "away";
      // A link that is wrong does not become right; there is nothing to listen to.
      if (trouble.value === "missing") stream.stop();
      else listen();
    });
  };
  const stream = new EventStream({
    path: `/api/v1/events?report=${encodeURIComponent(id)}`,
    headers: { "X-Follow-Secret": secret },
    onMessage: (m) => {
      if (m.type.startsWith("report.") || m.type === "reset") ask();
    },
    // What happened since the last answer.
    onOpen: ask,
    onState: (s) => (live.value = s === "live"),
    // Asking again and again has to do.
    onRefused: () => (refused = true),
  });
  const timer = setInterval(() => {
    if (!live.peek() && seen() && trouble.peek() !== "missing") ask();
  }, pollMs);
  const wake = () => {
    if (!seen()) stream.stop();
    else if (trouble.peek() !== "missing") {
      ask();
      stream.hurry();
    }
  };
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  ask();
  return {
    report,
    trouble,
    fresh,
    live,
    ask,
    end: () => {
      clearInterval(timer);
      clearTimeout(fades);
      document.removeEventListener("visibilitychange", wake);
      removeEventListener("online", wake);
      asked.abort();
      stream.stop();
    },
  };
}
