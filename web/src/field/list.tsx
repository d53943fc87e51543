import { signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Report } from "../api/reports";
import { categoryName } from "../case/category";
import { CategoryIcon } from "../case/categoryicon";
import { Deadline } from "../case/deadline";
import { dueOf, lookOf } from "../case/due";
import { StatusBadge } from "../case/statusbadge";
import { language, t as common } from "../i18n/i18n";
import { connection } from "../live/live";
import { now } from "../state/clock";
import { goTo, params } from "../state/store";
import { Name } from "../ui/name";
import { formatNumber } from "../units/format";
import { Filters, Summary } from "./filters";
import { placeOf } from "./order";
import { overlaid, pendingOf } from "./pending";
import { asOf, clearFilters, counts, filter, fresh, fromKept, groups, load, loading, narrowed, openId, reports, trouble } from "./state";
import { t } from "./text";
import { Skeleton } from "../ui/skeleton";

/** So many are drawn at first, and more of them as one scrolls: a list of thousands must not hold the page up. */
const first = 100;
const step = 120;

/** Opens a report. It is a step that can be gone back. */
export function openCase(id: string): void {
  goTo({ params: { ...params.peek(), report: id } });
}

interface RowProps {
  report: Report;
  chosen: boolean;
  isFresh: boolean;
}

/** A report in the list. It reads signals, so it is drawn anew only for them or where what it is given differs. */
function Row({ report, chosen, isFresh }: RowProps): JSX.Element {
  const pending = pendingOf(report.id);
  const r = overlaid(report, pending);
  const p = r.properties;
  const look = lookOf(r, now.value);
  return (
    <li class={`row row-${look}${isFresh ? " row-fresh" : ""}`}>
      <a
        href={`#view=field&report=${encodeURIComponent(r.id)}`}
        data-id={r.id}
        aria-current={chosen ? "true" : undefined}
        onClick={(e) => {
          if (e.metaKey || e.ctrlKey || e.shiftKey) return;
          e.preventDefault();
          openCase(r.id);
        }}
      >
        <span class={`row-icon look-${look}`}>
          <CategoryIcon code={p.category} />
        </span>
        <span class="row-text">
          <span class="row-head">
            <span class="row-what">{categoryName(p.category)}</span>
            <Deadline due={dueOf(r)} />
          </span>
          <span class="row-where">
            <Name of={placeOf(r)} />
          </span>
          {p.description !== undefined && p.description !== "" && (
            <span class="row-about">
              <Name of={p.description} />
            </span>
          )}
          <span class="row-state">
            <StatusBadge status={p.status} overdue={look === "overdue"} />
            {pending.length > 0 && <span class="row-pending">{t(pending.some((i) => i.state === "refused") ? "pendingRefused" : "pendingOne")}</span>}
          </span>
        </span>
      </a>
    </li>
  );
}

/** How far down the list is scrolled: what comes in above is told of then. */
const scrolled = signal(false);

/** Keeps what is being read where it is while rows come and go above it. */
function useAnchor(list: { current: HTMLElement | null }): void {
  // Several, for the first may be the one that goes.
  const anchors = useRef<{ id: string; top: number }[]>([]);
  const body = () => list.current?.closest<HTMLElement>(".panel-body") ?? null;
  const note = () => {
    const at = body();
    if (at === null) return;
    scrolled.value = at.scrollTop > 120;
    anchors.current = [];
    if (!scrolled.peek()) return;
    const top = at.getBoundingClientRect().top;
    for (const row of list.current?.querySelectorAll<HTMLElement>("a[data-id]") ?? []) {
      const box = row.getBoundingClientRect();
      if (box.bottom > top + 40) anchors.current.push({ id: row.dataset["id"] ?? "", top: box.top });
      if (anchors.current.length === 4) return;
    }
  };
  useEffect(() => {
    const at = body();
    let waiting = false;
    const later = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        note();
      });
    };
    at?.addEventListener("scroll", later, { passive: true });
    return () => at?.removeEventListener("scroll", later);
  }, []);
  useLayoutEffect(() => {
    const at = body();
    for (const was of at === null ? [] : anchors.current) {
      const row = list.current?.querySelector<HTMLElement>(`a[data-id="${CSS.escape(was.id)}"]`);
      if (at === null || row === null || row === undefined) continue;
      at.scrollTop += row.getBoundingClientRect().top - was.top;
      return;
    }
  });
}

function Empty(): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-head">{t(narrowed.value ? "emptyFiltered" : "empty")}</p>
      {narrowed.value ? (
        <button type="button" class="button" onClick={clearFilters}>
          {t("clearFilters")}
        </button>
      ) : (
        <p class="soft">{t("emptyHelp")}</p>
      )}
    </div>
  );
}

/** Says where what is shown is not of this minute. */
function Freshness(): JSX.Element | null {
  if (trouble.value !== null && trouble.value !== "private") {
    return (
      <p class="freshness" role="status">
        {t("noAnswer")}
        <button type="button" class="button" onClick={() => void load()}>
          {common("retry")}
        </button>
      </p>
    );
  }
  if ((connection.value !== "lost" && !fromKept.value) || asOf.value === 0) return null;
  const time = new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", { timeStyle: "short", ...(now.value - asOf.value > 12 * 3_600_000 ? { dateStyle: "short" as const } : {}), timeZone: "Asia/Shanghai" }).format(asOf.value);
  return (
    <p class="freshness" role="status">
      {t(fromKept.value ? "keptList" : "offline", { time })}
    </p>
  );
}

/** The open reports by time limit. */
export function CaseList(): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  const limit = useSignal(first);
  useAnchor(list);
  const f = filter.value;
  const narrow = `${f.state} ${f.category} ${f.area?.code} ${f.urgency}`;
  useEffect(() => {
    limit.value = first;
    list.current?.closest(".panel-body")?.scrollTo(0, 0);
  }, [narrow]);
  const total = groups.value.reduce((n, g) => n + g.reports.length, 0);
  const hasMore = total > limit.value;
  useEffect(() => {
    const at = more.current;
    if (at === null) return;
    const seen = new IntersectionObserver(([e]) => { if (e?.isIntersecting === true) limit.value += step; }, { root: at.closest(".panel-body"), rootMargin: "600px" });
    seen.observe(at);
    return () => seen.disconnect();
  }, [hasMore, limit.value]);

  const n = (x: number) => formatNumber(x, language.value);
  let left = limit.value;
  const toFresh = () => {
    const row = [...(list.current?.querySelectorAll<HTMLElement>("a[data-id]") ?? [])].find((a) => fresh.peek().has(a.dataset["id"] ?? ""));
    if (row === undefined) list.current?.closest(".panel-body")?.scrollTo(0, 0);
    else {
      row.scrollIntoView({ block: "center" });
      row.focus({ preventScroll: true });
    }
    fresh.value = new Set();
  };
  return (
    <div class="cases" ref={list}>
      {fresh.value.size > 0 && scrolled.value && (
        <button type="button" class="fresh-badge" onClick={toFresh}>
          {t("fresh", { n: n(fresh.value.size) })}
        </button>
      )}
      <Filters />
      <Freshness />
      {loading.value === "first" && trouble.value === null ? (
        <Skeleton says={common("loading")} lines="tall tall tall tall" />
      ) : total === 0 && loading.value === "done" ? (
        <Empty />
      ) : (
        groups.value.map((g) => {
          const rows = g.reports.slice(0, Math.max(left, 0));
          left -= rows.length;
          if (rows.length === 0) return null;
          return (
            <section key={g.urgency} class={`group group-${g.urgency}`} aria-labelledby={`group-${g.urgency}`}>
              <h3 id={`group-${g.urgency}`}>
                {t(`group_${g.urgency}`)} <span class="count">{t("groupCount", { n: n(g.reports.length) })}</span>
              </h3>
              <ul>
                {rows.map((r) => (
                  <Row key={r.id} report={r} chosen={r.id === openId.value} isFresh={fresh.value.has(r.id)} />
                ))}
              </ul>
            </section>
          );
        })
      )}
      {hasMore && (
        <button type="button" class="button wide" ref={more} onClick={() => (limit.value += step)}>
          {t("more")}
        </button>
      )}
      {loading.value === "rest" && trouble.value === null && <p class="soft progress">{t("loadingRest", { n: n(reports.value.size) })}</p>}
    </div>
  );
}

/** What stands over the list. */
export function ListHead(): JSX.Element {
  return <Summary />;
}

/** How many are open, for the heading. */
export function openText(): string {
  return t("openCount", { n: formatNumber(counts.value.open, language.value) });
}
