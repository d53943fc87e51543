import { computed, effect, signal } from "@preact/signals";
import { listByDue } from "../api/cases";
import { ApiError, type Trouble } from "../api/client";
import { listPatrols, livePatrols, type Live, type LivePatrol, type NearOfficer, type Patrol } from "../api/patrols";
import { openStatuses, type Report } from "../api/reports";
import { onEvent } from "../live/live";
import { boundsOf, dayOf } from "../patrols/days";
import { groupsOf } from "../patrols/order";
import { areaText } from "../patrols/words";
import { app } from "../state/app";
import { endSession, isSignedOut } from "../state/session";
import { params, tell } from "../state/store";
import { inOrder, newAlarms } from "./age";
import { t } from "./text";

/** How often it is asked who is where, in milliseconds. */
const everyMs = 3_000;
/** How long is waited after an answer that did not come. */
const afterFaultMs = 10_000;

/** Who is where; null until that is known. */
export const live = signal<Live | null>(null);
/** Why it is not known, or not of now. */
export const trouble = signal<Trouble | null>(null);
/** The patrols of today that have not begun; null until they are known. */
export const planned = signal<readonly Patrol[] | null>(null);
/** Open reports, those with the earliest time limits. */
export const reports = signal<readonly Report[]>([]);
/** The officers nearest to the report that is chosen, for the map; null while none is. */
export const nearest = signal<readonly NearOfficer[] | null>(null);
/** The time of the server in milliseconds, so often anew that ages can be told. */
export const clock = signal(Date.now());

/** Patrols under way, in order. */
export const underWay = computed(() => inOrder(live.value?.patrols ?? []));
/** Patrols that have not begun: those first that should have. */
export const waiting = computed(() => groupsOf(planned.value ?? []).filter((g) => g.state === "start_overdue" || g.state === "ready" || g.state === "scheduled"));
/** The patrol that is chosen. */
export const chosenId = computed(() => params.value.patrol ?? null);
export const chosen = computed((): LivePatrol | null => underWay.value.find((p) => p.id === chosenId.value) ?? null);
/** The report that is chosen. */
export const reportId = computed(() => params.value.report ?? null);

function failed(e: unknown): Trouble {
  if (isSignedOut(e)) endSession();
  return e instanceof ApiError ? e.trouble : "away";
}

/** Asks again and again who is where while the page is seen, until the function that is given is called. */
function followLive(): () => void {
  let etag: string | null = null;
  let ahead = 0; // of the server's clock before this one
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop: AbortController | null = null;
  const ask = async () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden" || stop !== null) return;
    const mine = (stop = new AbortController());
    try {
      const answer = await livePatrols(etag, mine.signal);
      if (mine.signal.aborted) return;
      if (answer !== null) {
        etag = answer.etag;
        ahead = Date.parse(answer.live.at) - Date.now();
        for (const p of newAlarms(live.peek(), answer.live)) tell(t("alarmTold", { area: areaText(p) }));
        live.value = answer.live;
      }
      trouble.value = null;
    } catch (e) {
      if (mine.signal.aborted) return;
      trouble.value = failed(e);
    }
    stop = null;
    clock.value = Date.now() + ahead;
    timer = setTimeout(() => void ask(), trouble.peek() === null ? everyMs : afterFaultMs);
  };
  // Who looks at something else has no use for it: what is asked for is noted for those it is about.
  const seen = () => {
    if (document.visibilityState === "hidden") {
      clearTimeout(timer);
      stop?.abort();
      stop = null;
    } else void ask();
  };
  document.addEventListener("visibilitychange", seen);
  again = () => void ask();
  void ask();
  return () => {
    document.removeEventListener("visibilitychange", seen);
    clearTimeout(timer);
    stop?.abort();
    again = () => undefined;
    live.value = null;
    trouble.value = null;
  };
}

let again = (): void => undefined;

/** Asks at once who is where. */
export function refresh(): void {
  again();
}

/** Calls fn so long after it was last asked to, once. */
function afterBurst(ms: number, fn: () => void): { soon: () => void; end: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    soon: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        fn();
      }, ms);
    },
    end: () => clearTimeout(timer),
  };
}

/** Keeps all that the screen shows, until the function that is given is called. */
export function follow(): () => void {
  const stop = new AbortController();
  const askPlanned = async () => {
    const zone = app.peek()?.time_zone ?? "Asia/Shanghai";
    try {
      const found = await listPatrols({ ...boundsOf(dayOf(Date.now(), zone), zone), limit: 500 }, stop.signal);
      if (!stop.signal.aborted) planned.value = found;
    } catch (e) {
      if (!stop.signal.aborted) failed(e);
    }
  };
  const askReports = async () => {
    try {
      // The first page is enough: those with the earliest time limits.
      for await (const page of listByDue(openStatuses, stop.signal)) {
        if (!stop.signal.aborted) reports.value = page;
        return;
      }
    } catch (e) {
      if (!stop.signal.aborted) failed(e);
    }
  };
  const news = afterBurst(400, () => {
    void askPlanned();
    refresh();
  });
  const reportNews = afterBurst(2_000, () => void askReports());
  // What is ready or overdue follows the clock.
  const minutes = setInterval(() => document.visibilityState === "visible" && news.soon(), 60_000);
  const ends = [
    followLive(),
    // The district's clock is known a little later than the screen.
    effect(() => {
      if (app.value !== null) void askPlanned();
    }),
    onEvent("patrol.changed", news.soon),
    onEvent("report.created", reportNews.soon),
    onEvent("report.changed", reportNews.soon),
    onEvent("reset", () => {
      news.soon();
      reportNews.soon();
    }),
    () => clearInterval(minutes),
    news.end,
    reportNews.end,
  ];
  void askReports();
  return () => {
    for (const end of ends) end();
    stop.abort();
    planned.value = null;
    reports.value = [];
    nearest.value = null;
  };
}
