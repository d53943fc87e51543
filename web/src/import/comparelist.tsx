import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { params, setParams } from "../state/store";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { listed } from "./shapes";
import { drawing, looked, shown } from "./state";
import { repairSort } from "./repairs";
import { named, t } from "./text";
import type { Change, Import, Repaired, Shape } from "./types";
import { distanceText, land, number } from "./words";

/** How many areas are listed at first, and how many more at a time. */
const first = 60;
const step = 500;

const changes = ["new", "changed", "gone", "unchanged"] as const;
const signs: Record<Change, string> = { new: "+", changed: "~", gone: "−", unchanged: "=", "": "!" };

/** The mark of a change: a sign on a ground of its own, as on the map. */
export function ChangeMark({ change }: { change: Change }): JSX.Element {
  return (
    <span class={`import-change change-${change === "" ? "faulty" : change}`} aria-hidden="true">
      {signs[change]}
    </span>
  );
}

/** Gives how many areas or seats a check found of each change. */
export function countsOf(i: Import): Record<(typeof changes)[number], number> {
  const r = i.report;
  return { new: r?.new ?? 0, changed: r?.changed ?? 0, gone: r?.gone ?? 0, unchanged: r?.unchanged ?? 0 };
}

function Row({ of: s }: { of: Shape }): JSX.Element {
  const p = s.properties;
  const here = looked.value?.code === p.code && p.code !== "";
  return (
    <li class={here ? "chosen" : ""}>
      <button type="button" aria-pressed={here} onClick={() => (looked.value = { feature: p.feature, code: p.code, at: null })}>
        <ChangeMark change={p.change ?? ""} />
        <span class="import-where">
          <Name of={p.name === "" ? p.code : p.name} />
          <span class="code">{p.code}</span>
        </span>
        {(p.moved_m2 ?? 0) > 0 && <span>{t("moved", { size: land(p.moved_m2 ?? 0) })}</span>}
      </button>
    </li>
  );
}

/** What is new, changed, gone and unchanged against what is in force, or in the plan. */
export function CompareList({ of: i }: { of: Import }): JSX.Element {
  const limit = useSignal(first);
  const counts = countsOf(i);
  const change = changes.find((c) => c === params.value.change) ?? changes.find((c) => counts[c] > 0) ?? "new";
  const s = shown.value;
  const ready = s !== null && s.of === "check";
  const rows = ready ? listed(s.shapes.features, change) : [];
  if (counts.new + counts.changed + counts.gone === 0 && counts.unchanged > 0) return <p class="import-clean">{t("nothingDiffers")}</p>;
  return (
    <>
      <div class="import-filters" role="group" aria-label={t("filterBy")}>
        {changes.map((c) => (
          <button
            key={c}
            type="button"
            class="button small"
            aria-pressed={c === change}
            onClick={() => {
              limit.value = first;
              setParams({ change: c });
            }}
          >
            <ChangeMark change={c} /> {t(`change_${c}`)} {number(counts[c])}
          </button>
        ))}
      </div>
      {change === "gone" && counts.gone > 0 && <p class="soft">{t("goneHelp")}</p>}
      {counts[change] === 0 && <p class="soft">{t("noneOfThese")}</p>}
      {!ready && drawing.value && <Skeleton says={t("loading")} lines="tall tall tall" />}
      <ul class="import-problems">
        {rows.slice(0, limit.value).map((r) => (
          <Row key={`${r.properties.feature} ${r.properties.code}`} of={r} />
        ))}
      </ul>
      {rows.length > limit.value && (
        <button type="button" class="button small" onClick={() => (limit.value += step)}>
          {t("more", { n: number(Math.min(step, rows.length - limit.value)) })}
        </button>
      )}
    </>
  );
}

/** What the repairs that were asked for changed. */
export function RepairList({ repairs }: { repairs: readonly Repaired[] }): JSX.Element {
  const limit = useSignal(first);
  return (
    <>
      <ul class="import-problems">
        {repairs.slice(0, limit.value).map((r, n) => (
          <li key={n} class={looked.value?.feature === r.feature ? "chosen" : ""}>
            <button type="button" aria-pressed={looked.value?.feature === r.feature} onClick={() => (looked.value = { feature: r.feature, code: r.code, at: null })}>
              <span class="import-where">
                {r.feature > 0 && t("ofFeature", { n: number(r.feature) })}
                <span class="code">{r.code}</span>
              </span>
              <span>
                {named("repair", repairSort(r.repair))} · {t("moved", { size: land(r.moved_m2) })}
                {r.moved_m > 0 && ` · ${t("movedAtMost", { m: distanceText(r.moved_m) })}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {repairs.length > limit.value && (
        <button type="button" class="button small" onClick={() => (limit.value += step)}>
          {t("more", { n: number(Math.min(step, repairs.length - limit.value)) })}
        </button>
      )}
    </>
  );
}
