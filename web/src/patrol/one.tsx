import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Patrol } from "../api/patrols";
import { language, nameOf, t as common } from "../i18n/i18n";
import { rightMs } from "../offline/clock";
import { distance } from "../place/distance";
import { Fact } from "../place/parts";
import { goTo, linkTo, params } from "../state/store";
import type { SheetHeight } from "../ui/heights";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { Sheet } from "../ui/sheet";
import { Skeleton } from "../ui/skeleton";
import { formatAgo } from "../units/format";
import { ask } from "./ask";
import { walkedMs } from "./here";
import { Near } from "./near";
import { now } from "./now";
import { Record } from "./record";
import { deedsOf, loadReports, open, openId, openTrouble, refresh, walks } from "./state";
import { StateBadge } from "./standing";
import { Stops, stopsOf } from "./stops";
import { Summary } from "./summary";
import { t } from "./text";
import { lengthOf, pieces } from "./way";
import { joined, lasted, planned } from "./words";

/** Closes the open patrol and goes back to the list. */
export function closePatrol(): void {
  const { patrol: _, ...rest } = params.peek();
  goTo({ params: rest });
}

/** Gives how far somebody walked: what the server made of it, or what this phone did since, whichever is more. Metres. */
export function walkedM(p: Patrol): number {
  const walk = walks.value.get(p.id);
  const own = walk === undefined ? 0 : lengthOf(pieces([...walk.line, ...walk.pending]));
  return Math.max(p.distance_m ?? 0, own);
}

/** How long, how far, how many checkpoints: as of this half minute. */
export function Figures({ of: p }: { of: Patrol }): JSX.Element {
  const beat = useSignal(rightMs(Date.now()));
  const running = p.state === "active";
  useEffect(() => {
    if (!running) return;
    beat.value = rightMs(Date.now());
    const timer = setInterval(() => (beat.value = rightMs(Date.now())), 30_000);
    return () => clearInterval(timer);
  }, [running, p.paused]);
  const stops = stopsOf(p);
  const figure = (label: string, value: string) => (
    <div class="figure">
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
  return (
    <dl class="figures">
      {figure(t("time"), lasted(walkedMs(p, Math.max(beat.value, now.value))))}
      {figure(t("way"), distance(Math.round(walkedM(p))))}
      {figure(t("checkpoints"), t("ofAll", { n: stops.filter((s) => s.standing === "visited").length, all: stops.length }))}
    </dl>
  );
}

/** What comes of a patrol that has not begun. */
function Before({ of: p }: { of: Patrol }): JSX.Element | null {
  const start = Date.parse(p.planned_start);
  if (p.state === "cancelled") return <p class="stale">{t("cancelledNote")}</p>;
  if (p.state === "start_overdue") {
    return (
      <p class="late" role="status">
        {t("lateNote", { ago: formatAgo(start, now.value, language.value) })}
      </p>
    );
  }
  if (p.state === "ready") return <p class="ready-note">{t("readyNote")}</p>;
  return <p class="soft">{t("scheduledNote", { ago: formatAgo(start, now.value, language.value) })}</p>;
}

function Plan({ of: p }: { of: Patrol }): JSX.Element {
  const names = p.team.map((m) => m.name ?? "").filter((n) => n !== "");
  return (
    <section>
      <h3>{t("plan")}</h3>
      <dl class="facts">
        <Fact label={t("plannedTime")}>{planned(p)}</Fact>
        <Fact label={t("team")}>{names.length > 0 ? <Name of={joined(names)} /> : t("persons", { n: p.team.length })}</Fact>
        {p.note !== null && p.note !== undefined && p.note !== "" && (
          <Fact label={t("note")}>
            <Name of={p.note} />
          </Fact>
        )}
      </dl>
    </section>
  );
}

/** The way to the morning sheet of an area. */
export function SheetLink({ of: p }: { of: Patrol }): JSX.Element {
  return (
    <a class="button" href={linkTo({ params: { sheet: `${p.area.kind}:${p.area.code}` } })}>
      <Icon name="list" />
      {t("morningSheet")}
    </a>
  );
}

/** What can be done with one thumb, at the foot. */
function Foot({ of: p }: { of: Patrol }): JSX.Element | null {
  const able = deedsOf(p);
  if (able.length === 0) return null;
  if (able.includes("start")) {
    return (
      <button type="button" class={`button deed ${p.state === "scheduled" ? "early" : "main"}`} onClick={() => ask(p, "start")}>
        {t("do_start")}
      </button>
    );
  }
  return (
    <div class="deeds" role="group" aria-label={t("actions")}>
      <a class="button main deed" href={linkTo({ view: "report", params: { patrol: p.id }, selection: null })}>
        <Icon name="flag" />
        {t("reportHazard")}
      </a>
      <button type="button" class="button deed" onClick={() => ask(p, p.paused ? "resume" : "pause")}>
        {t(p.paused ? "do_resume" : "do_pause")}
      </button>
      <button type="button" class="button deed" onClick={() => ask(p, "end")}>
        {t("do_end")}
      </button>
    </div>
  );
}

function Body({ of: p }: { of: Patrol }): JSX.Element {
  if (p.state === "done") return <Summary of={p} />;
  const running = p.state === "active";
  return (
    <>
      {running ? <Record of={p} /> : <Before of={p} />}
      <Stops of={p} />
      <Near of={p} />
      <Plan of={p} />
      <p class="panel-links">
        <SheetLink of={p} />
      </p>
    </>
  );
}

/** One patrol: before it begins, while it is walked, and what it was. */
export function One({ height }: { height: Signal<SheetHeight> }): JSX.Element {
  const p = open.value;
  const id = openId.value;
  const title = useRef<HTMLHeadingElement>(null);
  const there = p !== null;
  useEffect(() => {
    title.current?.focus({ preventScroll: true });
    document.querySelector(".patrol-one .panel-body")?.scrollTo(0, 0);
  }, [id, there]);
  const running = p?.state === "active";
  const area = p?.area;
  useEffect(() => {
    if (area === undefined || id === null) return;
    void loadReports(area);
    if (!running) return;
    // The server makes more of the track than the phone can, and others walk along.
    const timer = setInterval(() => {
      if (document.visibilityState !== "visible" || !navigator.onLine) return;
      void refresh(id);
      void loadReports(area);
    }, 30_000);
    return () => clearInterval(timer);
  }, [id, area?.code, running]);
  if (p === null) {
    const trouble = openTrouble.value;
    return (
      <Sheet label={t("patrol")} title={trouble === null ? null : t("patrol")} titleRef={title} busy={trouble === null} onClose={closePatrol} kind="patrol-one" height={height}>
        {trouble === null ? (
          <Skeleton says={common("loading")} lines="wide tall tall short" />
        ) : (
          <div class="empty" role="alert">
            <p class="empty-head">{t(trouble === "missing" || trouble === "refused" || trouble === "private" ? "noSuch" : "noAnswer")}</p>
            <p class="panel-links">
              <button type="button" class="button" onClick={closePatrol}>
                {t("back")}
              </button>
            </p>
          </div>
        )}
      </Sheet>
    );
  }
  const foot = deedsOf(p).length > 0 ? <Foot of={p} /> : undefined;
  const begun = p.state === "active" || p.state === "done";
  return (
    <Sheet label={t("patrol")} above={planned(p)} title={nameOf(p.area)} titleRef={title} onClose={closePatrol} kind={`patrol-one patrol-${p.state}`} height={height} under={begun ? <Figures of={p} /> : undefined} {...(foot === undefined ? {} : { foot })}>
      {p.state !== "active" && (
        <p class="patrol-state">
          <StateBadge of={p} />
        </p>
      )}
      <Body of={p} />
    </Sheet>
  );
}
