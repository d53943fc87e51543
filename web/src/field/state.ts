import { computed, effect, signal } from "@preact/signals";
import { newest, listByDue, readReport } from "../api/cases";
import { ApiError, type Trouble } from "../api/client";
import { openStatuses, type Report } from "../api/reports";
import { isKind, type Ref } from "../api/types";
import { connection, onEvent } from "../live/live";
import { keepCases, keptCases, type KeptCases } from "../offline/kept";
import { onFate } from "../offline/outbox";
import { now } from "../state/clock";
import { checkSession, endSession, isSignedOut, who } from "../state/session";
import { params, setParams, synthetic } from "../state/store";
import { asTheyWillBe } from "./pending";
import { arrange, passes, stateFilters, tally, type Filter } from "./order";

/** The reports that are known, by id. A change makes a new map. */
export const reports = signal<ReadonlyMap<string, Report>>(new Map());
/** Whether more are on their way, and whether any have come. */
export const loading = signal<"first" | "rest" | "done">("first");
/** Why they do not come. */
export const trouble = signal<Trouble | null>(null);
/** Whether what is shown is what was kept on the phone: the server is away. */
export const fromKept = signal(false);
/** When the last answer came, in milliseconds. */
export const asOf = signal(0);
/** Those that came in while the page was open and were not looked at. */
export const fresh = signal<ReadonlySet<string>>(new Set());
/** The report that is open, with its history; null while it is asked for. */
export const detail = signal<Report | null>(null);
/** Why the open report cannot be shown. */
export const detailTrouble = signal<Trouble | null>(null);

/** What the address says is to be shown. */
export const filter = computed<Filter>(() => {
  const p = params.value;
  const [kind = "", code = ""] = (p["in"] ?? "").split(":");
  return {
    state: stateFilters.find((s) => s === p["status"]) ?? "open",
    category: p["category"] ?? null,
    area: isKind(kind) && code !== "" ? { kind, code } : null,
    urgency: p["due"] === "overdue" || p["due"] === "today" ? p["due"] : null,
  };
});

/** The id of the open report. */
export const openId = computed(() => params.value["report"] ?? null);
/** What the list shows. */
export const groups = computed(() => arrange(asTheyWillBe(reports.value.values()), filter.value, now.value));
/** What the list shows, without its groups. */
export const shown = computed(() => groups.value.flatMap((g) => g.reports));
/** What needs what. */
export const counts = computed(() => tally(asTheyWillBe(reports.value.values()), filter.value.area, now.value));
/** Whether anything is filtered out but what is done. */
export const narrowed = computed(() => {
  const f = filter.value;
  return f.state !== "open" || f.category !== null || f.area !== null || f.urgency !== null;
});

/** Shows all that is open again. */
export function clearFilters(): void {
  setParams({ status: null, category: null, in: null, due: null });
}

/** Writes an area for the address. */
export function areaParam(area: Ref | null): string | null {
  return area === null ? null : `${area.kind}:${area.code}`;
}

function failed(e: unknown): Trouble {
  if (isSignedOut(e)) endSession();
  return e instanceof ApiError ? e.trouble : "away";
}

function put(list: readonly Report[]): void {
  const next = new Map(reports.peek());
  for (const r of list) {
    const known = next.get(r.id);
    // An answer may be older than what is known already.
    if (known === undefined || known.properties.version <= r.properties.version) next.set(r.id, r);
    if (r.properties.synthetic === true) synthetic.value = true;
  }
  reports.value = next;
  asOf.value = Date.now();
}

/** Takes a report as an answer has it. */
export function putReport(r: Report): void {
  put([r]);
  const d = detail.peek();
  if (d?.id === r.id && r.properties.version > d.properties.version) void readDetail();
}

let stop = new AbortController();

/** Asks for everything anew. What is shown stays until the first answer. */
export async function load(): Promise<void> {
  stop.abort();
  const mine = (stop = new AbortController());
  loading.value = reports.peek().size > 0 ? "rest" : "first";
  trouble.value = null;
  const seen = new Set<string>();
  // What is handled waits for somebody to check it: it is asked for where it is looked at.
  const statuses = filter.peek().state === "handled" ? (["handled", ...openStatuses] as const) : openStatuses;
  try {
    let waiting: Report[] = [];
    for await (const page of listByDue(statuses, mine.signal)) {
      for (const r of page) seen.add(r.id);
      waiting.push(...page);
      put(waiting);
      waiting = [];
      loading.value = "rest";
    }
    // What is open no more is not among them.
    const kept = [...reports.peek()].filter(([id]) => seen.has(id) || fresh.peek().has(id) || id === openId.peek());
    reports.value = new Map(kept);
    loading.value = "done";
    fromKept.value = false;
    const me = who.peek()?.id;
    if (me !== undefined) void keepCases(me, [...reports.peek().values()], Date.now());
  } catch (e) {
    if (mine.signal.aborted) return;
    const why = failed(e);
    if (why === "away" && (await takeKept())) return;
    trouble.value = why;
  }
}

/** Shows what was kept for the time without a network; false where that is nothing. */
async function takeKept(): Promise<boolean> {
  const me = who.peek()?.id;
  const kept = me === undefined ? null : ((await keptCases(me)) ?? (await packedCases()));
  if (kept === null || who.peek()?.id !== me) return false;
  const at = asOf.peek();
  if (reports.peek().size === 0) put(kept.reports);
  asOf.value = at > kept.at ? at : kept.at;
  fromKept.value = true;
  loading.value = "done";
  return true;
}

/** The open reports that the pack of the phone carries along, as of when it was taken. */
async function packedCases(): Promise<KeptCases | null> {
  const p = await import("../offline/pack").then((m) => m.openPack(), () => null);
  return p === null ? null : { at: p.at, reports: p.answer.reports.features };
}

/** Asks for the open report with its history. */
export async function readDetail(): Promise<void> {
  const id = openId.peek();
  if (id === null) {
    detail.value = null;
    return;
  }
  if (detail.peek()?.id !== id) detail.value = null;
  detailTrouble.value = null;
  try {
    const r = await readReport(id);
    if (openId.peek() !== id) return;
    detail.value = r;
    put([r]);
  } catch (e) {
    const why = failed(e);
    if (why === "missing" && !(await checkSession())) return;
    if (openId.peek() === id) detailTrouble.value = why;
  }
}

/** Takes the news of one report: it is read, and shown where it is now. */
async function hear(id: string | undefined, created: boolean): Promise<void> {
  if (id === undefined) return;
  try {
    const r = await readReport(id);
    const unknown = !reports.peek().has(id);
    put([r]);
    if (id === openId.peek()) detail.value = r;
    if (created && unknown && passes(r, filter.peek(), Date.now())) fresh.value = new Set([...fresh.peek(), id]);
  } catch (e) {
    if (failed(e) !== "missing" || !(await checkSession())) return;
    const next = new Map(reports.peek());
    if (next.delete(id)) reports.value = next;
  }
}

/** Forgets all: somebody else is here. */
function forget(): void {
  stop.abort();
  reports.value = new Map();
  fresh.value = new Set();
  detail.value = null;
  loading.value = "first";
}

/** Loads what whoever is signed in may see and keeps it up to date, until the function that is given is called. */
export function follow(): () => void {
  let opened = false;
  let whose: string | undefined;
  const ends = [
    effect(() => {
      const me = who.value;
      if (me?.id === whose) return;
      // Whose session has ended finds all again where it was; somebody else must not.
      if (whose !== undefined && me?.id !== undefined) forget();
      if (me === null || me === undefined) return;
      whose = me.id;
      void load();
      void readDetail();
    }),
    effect(() => {
      void openId.value;
      if (who.peek()) void readDetail();
    }),
    effect(() => {
      if (filter.value.state === "handled" && who.peek()) void load();
    }),
    // What was done without a network is there now; another page of the browser may have sent it.
    onFate((f) => {
      if (f.kind === "sent" && f.item.kind === "event") {
        putReport(f.answer as Report);
        if (openId.peek() === (f.answer as Report).id) void readDetail();
      }
    }),
    effect(() => {
      // The network is back.
      if (connection.value === "live" && fromKept.peek() && who.peek()) void load();
    }),
    onEvent("report.created", (e) => void hear(e.id, true)),
    onEvent("report.changed", (e) => void hear(e.id, false)),
    onEvent("reset", () => {
      if (!who.peek()) return;
      void load();
      void readDetail();
    }),
    onEvent("open", () => {
      // What came between the list and the stream.
      if (!opened && who.peek()) void newest(stop.signal).then(put, () => undefined);
      opened = true;
    }),
  ];
  return () => {
    for (const end of ends) end();
    stop.abort();
    forget();
  };
}
