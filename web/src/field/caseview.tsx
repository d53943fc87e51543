import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Signal } from "@preact/signals";
import type { Report } from "../api/reports";
import type { Kind } from "../api/types";
import { categoryName } from "../case/category";
import { CategoryIcon } from "../case/categoryicon";
import { Deadline } from "../case/deadline";
import { dueOf, isOpen, lookOf } from "../case/due";
import { History } from "../case/history";
import { Photos } from "../case/photos";
import { StatusBadge } from "../case/statusbadge";
import { t as caseText } from "../case/text";
import { language, t as common } from "../i18n/i18n";
import { distance } from "../place/distance";
import { Fact, Person } from "../place/parts";
import { shortNumber } from "../report/number";
import { now } from "../state/clock";
import { can } from "../state/session";
import { goTo, linkTo, params } from "../state/store";
import type { SheetHeight } from "../ui/heights";
import { Name } from "../ui/name";
import { Sheet } from "../ui/sheet";
import { formatAgo, formatExact, formatPosition } from "../units/format";
import { Nearest } from "../watch/nearest";
import { askDeed, focusRow } from "./deed";
import { mapLinks } from "./directions";
import { placeOf } from "./order";
import { overlaid, pendingOf } from "./pending";
import { Reporter } from "./reporter";
import { detail, detailTrouble, openId, readDetail, reports } from "./state";
import { t } from "./text";
import { deedsOf, deedText } from "./words";
import { Skeleton } from "../ui/skeleton";

const order: readonly Kind[] = ["compound", "village_group", "grid", "village", "township"];

/** Nearer than this to the edge of its grid it is said, in metres. */
const near = 50;

/** Closes the open report and goes back to its row. */
export function closeCase(): void {
  const id = openId.peek();
  const { report: _, ...rest } = params.peek();
  goTo({ params: rest });
  if (id !== null) focusRow(id);
}

function Directions({ of: r }: { of: Report }): JSX.Element {
  const [lon, lat] = r.geometry.coordinates;
  return (
    <section>
      <h3>{t("directions")}</h3>
      <p class="panel-links">
        {mapLinks(lon, lat, `${categoryName(r.properties.category)} ${placeOf(r)}`, navigator.userAgent).map((l) => (
          <a key={l.app} class="button" href={l.href} target="_blank" rel="noopener noreferrer">
            {t(l.app)}
          </a>
        ))}
      </p>
      <p class="soft position">{formatPosition(lon, lat)}</p>
    </section>
  );
}

function Who({ of: r }: { of: Report }): JSX.Element | null {
  const { assignees, areas } = r.properties;
  if (assignees.length === 0) return null;
  return (
    <section>
      <h3>{t("who")}</h3>
      <ul>
        {assignees.map((a, i) => (
          <Person key={i} holder={{ post: a.post, where: [areas[a.area_kind]?.name ?? null, a.lead === true ? t("lead") : null].filter((x) => x !== null).join(" · ") || null, name: a.name, phone: a.phone, deputy: a.via === "deputy", vacant: false }} />
        ))}
      </ul>
    </section>
  );
}

function Body({ of: r, full }: { of: Report; full: boolean }): JSX.Element {
  const p = r.properties;
  const reported = Date.parse(p.created_at);
  const edge = p.routing?.edge_distance_m;
  return (
    <>
      <div class={`case-state look-${lookOf(r, now.value)}`}>
        <StatusBadge status={p.status} overdue={lookOf(r, now.value) === "overdue"} />
        {isOpen(p.status) && <Deadline due={dueOf(r)} exact />}
      </div>
      <p class={p.description ? "case-about" : "case-about soft"}>{p.description ? <Name of={p.description} /> : t("noDescription")}</p>
      {p.photos !== undefined && p.photos.length > 0 && <Photos photos={p.photos} />}
      <p class="soft case-when">
        {t("number", { n: shortNumber(r.id) })} ·{" "}
        <time dateTime={p.created_at} title={formatExact(reported, language.value)}>
          {t("reportedAgo", { ago: formatAgo(reported, now.value, language.value) })}
        </time>
      </p>
      <Directions of={r} />
      <Who of={r} />
      {isOpen(p.status) && can("read_tracks") && <Nearest key={r.id} report={r.id} ask={false} />}
      {p.has_contact === true && can("read_contacts") && <Reporter key={r.id} of={r.id} />}
      <section>
        <h3>{t("areas")}</h3>
        <dl class="facts">
          {order.map((kind) => {
            const a = p.areas[kind];
            return (
              a !== null && (
                <Fact key={kind} label={common(kind)}>
                  <Name of={a.name} />
                </Fact>
              )
            );
          })}
        </dl>
        {edge !== undefined && edge < near && p.areas.grid !== null && <p class="edge-note">{t("edgeNear", { distance: distance(edge) })}</p>}
      </section>
      <section>
        <h3>{caseText("history")}</h3>
        {full && p.history !== undefined ? (
          <History entries={p.history} />
        ) : (
          <NoHistoryYet />
        )}
      </section>
    </>
  );
}

/** What stands in for the history until it comes. */
function NoHistoryYet(): JSX.Element {
  if (detailTrouble.value === "away") return <p class="soft">{t("historyAway")}</p>;
  return (
    <div class="skeleton" aria-hidden="true">
      <i class="wide" />
      <i />
    </div>
  );
}

/** What can be done, at the foot: what comes next first and largest. */
function Actions({ of: r }: { of: Report }): JSX.Element | null {
  const able = deedsOf(r.properties.allow);
  if (able.length === 0) return null;
  const [main, ...others] = able;
  return (
    <div class="actions" role="group" aria-label={t("actions")}>
      {main !== undefined && (
        <button type="button" class="button primary action" onClick={() => askDeed(r, main)}>
          {deedText("do", main)}
        </button>
      )}
      {others.map((d) => (
        <button key={d} type="button" class={`button action action-${d}`} onClick={() => askDeed(r, d)}>
          {deedText("do", d)}
        </button>
      ))}
    </div>
  );
}

/** One report: all there is to know, and what can be done. */
export function CaseView({ height }: { height: Signal<SheetHeight> }): JSX.Element {
  const id = openId.value;
  const title = useRef<HTMLHeadingElement>(null);
  const known = detail.value?.id === id ? detail.value : null;
  const asItIs = known ?? (id === null ? undefined : reports.value.get(id));
  const pending = id === null ? [] : pendingOf(id);
  const r = asItIs === undefined ? undefined : overlaid(asItIs, pending);
  const there = r !== undefined;
  useEffect(() => {
    title.current?.focus();
    document.querySelector(".field-case .panel-body")?.scrollTo(0, 0);
  }, [id, there]);
  if (r === undefined) {
    const trouble = detailTrouble.value;
    return (
      <Sheet label={t("caseName")} title={trouble === null ? null : t("caseName")} titleRef={title} busy={trouble === null} onClose={closeCase} kind="field-case" height={height}>
        {trouble === null ? (
          <Skeleton says={common("loading")} lines="wide tall short" />
        ) : (
          <div class="empty" role="alert">
            <p class="empty-head">{t(trouble === "missing" || trouble === "refused" ? "missing" : "noAnswer")}</p>
            <p class="panel-links">
              {trouble !== "missing" && trouble !== "refused" && (
                <button type="button" class="button" onClick={() => void readDetail()}>
                  {common("retry")}
                </button>
              )}
              <button type="button" class="button" onClick={closeCase}>
                {t("back")}
              </button>
            </p>
          </div>
        )}
      </Sheet>
    );
  }
  const foot = deedsOf(r.properties.allow).length > 0 ? <Actions of={r} /> : undefined;
  return (
    <Sheet label={t("caseName")} above={placeOf(r)} title={categoryName(r.properties.category)} titleRef={title} busy={known === null} onClose={closeCase} kind="field-case" height={height} {...(foot === undefined ? {} : { foot })}>
      <span class="case-icon" aria-hidden="true">
        <CategoryIcon code={r.properties.category} />
      </span>
      {pending.length > 0 && (
        <p class="case-pending" role="status">
          {t(pending.some((i) => i.state === "refused") ? "pendingRefused" : "pendingOne")}{" "}
          <a href={linkTo({ view: "sync", params: {} })}>{t("pendingLink")}</a>
        </p>
      )}
      <Body of={r} full={known !== null} />
    </Sheet>
  );
}
