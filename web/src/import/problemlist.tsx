import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { params, setParams } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { reportUrl } from "./client";
import { crsName } from "./crs";
import { withRepair, repairSort } from "./repairs";
import { counted, grouped, readingsOf, repairsFor, type Group } from "./problems";
import { problemFacts, problemHelp, problemName } from "./said";
import { chosen, current, layer, looked, names, startCheck } from "./state";
import { named, t } from "./text";
import type { FileProblem, Import } from "./types";
import { number, units, whereText } from "./words";

/** How many problems of a group are listed at first, and how many more at a time. */
const first = 10;
const step = 200;

/** Looks at a problem on the map: at its place, with the shape that has it. */
function look(p: FileProblem): void {
  looked.value = { feature: p.feature, code: p.code, at: p.lon === null || p.lat === null ? null : [p.lon, p.lat] };
}

function Row({ of: p }: { of: FileProblem }): JSX.Element {
  const l = looked.value;
  const here = l !== null && l.feature === p.feature && (p.lon === null || l.at === null || l.at[0] === p.lon) && (p.feature > 0 || l.code === p.code);
  const where = whereText(p, current.value?.what ?? "areas", layer.value?.format ?? "");
  const able = p.lon !== null || p.feature > 0;
  const name = names.value.get(p.feature) ?? "";
  const facts = problemFacts(p, units);
  const inside = (
    <>
      <span class="import-where">
        {name === "" ? where : <Name of={name} />}
        <span class="code">
          {name === "" ? "" : where} {p.code}
        </span>
      </span>
      <span>
        {/* Without words in this language, the server's are better than none. */}
        <Name of={facts === "" && name === "" ? p.detail : facts} />
      </span>
    </>
  );
  return (
    <li class={here ? "chosen" : ""}>
      {able ? (
        <button type="button" aria-pressed={here} title={t("showPlace", { what: where })} onClick={() => look(p)}>
          {inside}
          <Icon name="map" />
        </button>
      ) : (
        <div>{inside}</div>
      )}
    </li>
  );
}

/** What is offered to mend a group: repairs, and other ways to read the file. */
function Offers({ of: g, what }: { of: Group; what: Import["what"] }): JSX.Element | null {
  const o = chosen.value;
  if (o === null) return null;
  const repairs = what === "areas" ? repairsFor(g).filter(({ repair }) => !o.repair.includes(repair)) : [];
  const readings = g.problem === "AXIS_SWAPPED" ? [] : readingsOf(g).filter((r) => r !== o.crs && crsName(r) !== r);
  if (repairs.length === 0 && readings.length === 0) return null;
  return (
    <p class="import-buttons">
      {repairs.map(({ repair, n }) => (
        <button key={repair} type="button" class="button small" onClick={() => void startCheck({ ...o, repair: withRepair(o.repair, repair) })}>
          {t("applyRepair", { repair: named("repair", repairSort(repair)), n: number(n) })}
        </button>
      ))}
      {readings.map((crs) => (
        <button key={crs} type="button" class="button small" onClick={() => void startCheck({ ...o, crs })}>
          {t("useReading", { crs: crsName(crs) })}
        </button>
      ))}
    </p>
  );
}

function GroupCard({ of: g, open, what }: { of: Group; open: boolean; what: Import["what"] }): JSX.Element {
  const limit = useSignal(first);
  const shownOnce = useSignal(open);
  const { means, todo } = problemHelp(g.problem);
  return (
    <details class={`import-group problem-${g.severity}`} open={open} onToggle={(e) => { if (e.currentTarget.open) shownOnce.value = true; }}>
      <summary>
        <span class={`import-mark mark-${g.severity}`} aria-hidden="true">!</span>
        <strong>{problemName(g.problem)}</strong>
        <span class="import-count">
          {t("count", { n: number(g.problems.length) })} <span class="visually-hidden">{t(g.severity === "error" ? "errors" : "warnings")}</span>
        </span>
      </summary>
      {means !== "" && <p>{means}</p>}
      {todo !== "" && (
        <p>
          <strong>{t("todo")}</strong> {todo}
        </p>
      )}
      <Offers of={g} what={what} />
      {shownOnce.value && (
        <ul class="import-problems">
          {g.problems.slice(0, limit.value).map((p, i) => (
            <Row key={i} of={p} />
          ))}
        </ul>
      )}
      {g.problems.length > limit.value && (
        <button type="button" class="button small" onClick={() => (limit.value += step)}>
          {t("more", { n: number(Math.min(step, g.problems.length - limit.value)) })}
        </button>
      )}
    </details>
  );
}

/** What is wrong with the file, by what it is. */
export function ProblemList({ of: i }: { of: Import }): JSX.Element {
  const all = i.report?.problems ?? [];
  const { errors, warnings } = counted(all);
  const only = params.value.only === "error" || params.value.only === "warning" ? params.value.only : null;
  const shownOnes = only === null ? all : all.filter((p) => p.severity === only);
  const groups = grouped(shownOnes);
  const filters = [
    { name: null, text: t("filterAll", { n: number(all.length) }) },
    { name: "error", text: t("filterErrors", { n: number(errors) }) },
    { name: "warning", text: t("filterWarnings", { n: number(warnings) }) },
  ];
  if (all.length === 0) return <p class="import-clean">{t("clean")}</p>;
  return (
    <>
      <div class="import-filters" role="group" aria-label={t("filterBy")}>
        {filters.map((f) => (
          <button key={f.text} type="button" class="button small" aria-pressed={f.name === only} onClick={() => setParams({ only: f.name })}>
            {f.text}
          </button>
        ))}
      </div>
      {groups.length === 0 ? <p class="soft">{t("noMatching")}</p> : groups.map((g, n) => <GroupCard key={`${g.severity} ${g.problem}`} of={g} what={i.what} open={n === 0} />)}
      {(i.report?.problems_not_listed ?? 0) > 0 && <p class="soft">{t("notListed", { n: number(i.report?.problems_not_listed ?? 0) })}</p>}
      <p class="import-buttons">
        <span class="soft">{t("reportFile")}</span>
        {(["csv", "geojson", "json"] as const).map((f) => (
          <a key={f} class="button small" href={reportUrl(i.id, f)} download>
            {f.toUpperCase()}
          </a>
        ))}
      </p>
    </>
  );
}
