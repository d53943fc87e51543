import type { ComponentChildren, JSX } from "preact";
import type { Report } from "../api/reports";
import { kinds } from "../api/types";
import { categoryName } from "../case/category";
import { CategoryIcon } from "../case/categoryicon";
import { Deadline } from "../case/deadline";
import { dueOf, isOpen } from "../case/due";
import { History } from "../case/history";
import { Photos } from "../case/photos";
import { StatusBadge } from "../case/statusbadge";
import { language, nameOf, t as common } from "../i18n/i18n";
import { Fact, Person } from "../place/parts";
import { now } from "../state/clock";
import { linkTo } from "../state/store";
import { Name } from "../ui/name";
import { formatAgo, formatExact, formatPosition } from "../units/format";
import type { Part } from "./changes";
import { Steps } from "./steps";
import { meaning, t } from "./text";

/** A part of the page; what has just changed in it is marked. */
function Section({ title, part, fresh, children }: { title: string; part: Part; fresh: ReadonlySet<Part>; children: ComponentChildren }): JSX.Element {
  return (
    <section class={fresh.has(part) ? "fresh" : ""}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function People({ report }: { report: Report }): JSX.Element {
  const { assignees, areas } = report.properties;
  if (assignees.length === 0) return <p class="soft">{t("nobody")}</p>;
  return (
    <ul class="people">
      {assignees.map((a) => {
        const where = areas[a.area_kind];
        return (
          <Person
            key={`${a.post} ${a.area_code} ${a.name ?? ""}`}
            holder={{ post: a.post, where: where?.code === a.area_code ? nameOf(where) : null, name: a.name, phone: a.phone, deputy: a.via === "deputy", vacant: a.via === undefined }}
          />
        );
      })}
    </ul>
  );
}

/** A time, relative, with the exact one under it. */
function When({ at }: { at: string }): JSX.Element {
  const then = Date.parse(at);
  return (
    <time dateTime={at}>
      {formatAgo(then, now.value, language.value)}
      <span class="exact">{formatExact(then, language.value)}</span>
    </time>
  );
}

/** Everything that the sender of a report may know of it. */
export function FollowedReport({ report, fresh, headers, canShowMap }: { report: Report; fresh: ReadonlySet<Part>; headers: Record<string, string>; canShowMap: boolean }): JSX.Element {
  const p = report.properties;
  const [lon, lat] = report.geometry.coordinates;
  const open = isOpen(p.status);
  const inside = [...kinds].reverse().flatMap((kind) => {
    const area = p.areas[kind];
    return area === null ? [] : [{ kind, area }];
  });
  const history = p.history ?? [];
  return (
    <>
      <section class={`follow-state${fresh.has("status") ? " fresh" : ""}`}>
        <p class="follow-badge">
          <StatusBadge status={p.status} overdue={p.overdue} />
        </p>
        <Steps status={p.status} sent={p.created_at} history={history} />
        <p class="follow-meaning">{meaning(p.status)}</p>
      </section>
      {open && (
        <Section title={t("until")} part="due" fresh={fresh}>
          <p>
            <Deadline due={dueOf(report)} exact />
          </p>
        </Section>
      )}
      <Section title={t("who")} part="people" fresh={fresh}>
        <People report={report} />
      </Section>
      <Section title={t("yours")} part="words" fresh={fresh}>
        <p class="follow-category">
          <CategoryIcon code={p.category} />
          {categoryName(p.category)}
        </p>
        {p.description === undefined || p.description === "" ? <p class="soft">{t("noWords")}</p> : <p class="own-words"><Name of={p.description} /></p>}
        {p.photos !== undefined && p.photos.length > 0 && (
          <div class={fresh.has("photos") ? "fresh" : ""}>
            <Photos photos={p.photos} headers={headers} />
          </div>
        )}
        <dl class="facts">
          <Fact label={t("reportedAt")}>
            <When at={p.created_at} />
          </Fact>
        </dl>
      </Section>
      <section>
        <h3>{t("where")}</h3>
        <dl class="facts">
          {inside.map(({ kind, area }) => (
            <Fact key={kind} label={common(kind)}>
              <Name of={nameOf(area)} />
            </Fact>
          ))}
          <Fact label={common("position")}>
            <span class="numbers">{formatPosition(lon, lat)}</span>
            {canShowMap && (
              <>
                {" "}
                <a class="on-map" href={linkTo({ view: "map", camera: { zoom: 15, lon, lat }, selection: { type: "point", lon, lat, accuracyM: null } })}>
                  {t("onMap")}
                </a>
              </>
            )}
          </Fact>
        </dl>
      </section>
      {history.length > 0 && (
        <Section title={t("history")} part="history" fresh={fresh}>
          <History entries={history} headers={headers} />
        </Section>
      )}
    </>
  );
}
