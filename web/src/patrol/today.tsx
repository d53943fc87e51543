import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Patrol } from "../api/patrols";
import { language, nameOf, t as common } from "../i18n/i18n";
import { distance } from "../place/distance";
import { goTo, linkTo, params } from "../state/store";
import type { SheetHeight } from "../ui/heights";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { Sheet } from "../ui/sheet";
import { Skeleton } from "../ui/skeleton";
import { formatAgo } from "../units/format";
import { arrange, dayStart } from "./here";
import { may } from "./me";
import { ownAreaNames, SheetChooser } from "./choose";
import { now } from "./now";
import { walkedM } from "./one";
import { StateBadge } from "./standing";
import { asOf, listed, load, mine, trouble, walksHere } from "./state";
import { stopsOf } from "./stops";
import { t } from "./text";
import { clock, planned } from "./words";

/** What is worth saying of a patrol in a line. */
function about(p: Patrol): string {
  const stops = stopsOf(p);
  const seen = t("checkpointsOf", { n: stops.filter((s) => s.standing === "visited").length, all: stops.length });
  if (p.state === "active" || p.state === "done") return `${distance(Math.round(walkedM(p)))} · ${seen}`;
  if (p.state === "start_overdue") return t("lateBy", { ago: formatAgo(Date.parse(p.planned_start), now.value, language.value) });
  return t("checkpointCount", { n: stops.length });
}

function Row({ of: p }: { of: Patrol }): JSX.Element {
  return (
    <li class={`row patrol-row patrol-row-${p.state}`}>
      <a
        href={linkTo({ params: { patrol: p.id } })}
        data-id={p.id}
        onClick={(e) => {
          if (e.metaKey || e.ctrlKey || e.shiftKey) return;
          e.preventDefault();
          goTo({ params: { ...params.peek(), patrol: p.id } });
        }}
      >
        <span class="row-text">
          <span class="row-head">
            <span class="row-what">
              <Name of={nameOf(p.area)} />
            </span>
            <StateBadge of={p} />
          </span>
          <span class="row-where">{planned(p)}</span>
          <span class="row-about">{about(p)}</span>
        </span>
        <Icon name="right" />
      </a>
    </li>
  );
}

function Empty(): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-head">{t("empty")}</p>
      <p class="soft">{t(may("plan_patrols") ? "emptyPlan" : "emptyHelp")}</p>
    </div>
  );
}

/** Says where what is shown is not of this minute. */
function Freshness(): JSX.Element | null {
  if (trouble.value === null || trouble.value === "private") return null;
  return (
    <p class="freshness" role="status">
      {asOf.value === 0 ? t("noAnswer") : t("asOf", { time: clock(asOf.value) })}
      <button type="button" class="button" onClick={() => void load()}>
        {common("retry")}
      </button>
    </p>
  );
}

/** The caller's patrols of today and the days to come. */
export function Today({ height }: { height: Signal<SheetHeight> }): JSX.Element {
  const walks = walksHere();
  const groups = arrange(mine.value, dayStart(now.value));
  return (
    <Sheet label={t(walks ? "title" : "morningSheet")} above={ownAreaNames()} title={t(walks ? "title" : "morningSheet")} kind="patrol-list" height={height}>
      <Freshness />
      {walks && !listed.value && <Skeleton says={common("loading")} lines="tall tall tall" />}
      {walks && listed.value && groups.length === 0 && asOf.value !== 0 && <Empty />}
      {groups.map((g) => (
        <section key={g.part} class={`group part-${g.part}`} aria-labelledby={`part-${g.part}`}>
          <h3 id={`part-${g.part}`}>
            {t(`part_${g.part}`)} <span class="count">{g.patrols.length}</span>
          </h3>
          <ul>
            {g.patrols.map((p) => (
              <Row key={p.id} of={p} />
            ))}
          </ul>
        </section>
      ))}
      <SheetChooser titled={walks} />
      {walks && (
        <p class="panel-links foot-links">
          <a class="button" href={linkTo({ params: { readings: "1" } })}>
            {t("whoLooked")}
          </a>
        </p>
      )}
    </Sheet>
  );
}
