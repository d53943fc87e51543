import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Kind } from "../api/types";
import { language, word } from "../i18n/i18n";
import type { World } from "../map/style";
import { compare, listPlans, planRevisions } from "../plan/client";
import type { Comparison, ComparedChange, Plan, PlanRevision, Side } from "../plan/types";
import { params, setParams } from "../state/store";
import { formatNumber } from "../units/format";
import { useAsked } from "./ask";
import { boxAround } from "./box";
import { askNames, learnNames } from "./names";
import { Pair, type Box } from "./pair";
import { AreaRef, Shown, Table } from "./parts";
import { t } from "./text";
import { areaText, parseSide, sideText, signed } from "./words";

/** How many changes are listed before more are asked for. */
const first = 60;

const noPoints: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

function worldOf(side: Side): World {
  const [kind, id = ""] = side.split(":");
  return kind === "plan" ? { plan: id } : { revision: Number(id) };
}

/** Where land changed hands for an area, or everywhere. */
function boxOfChange(c: Comparison, area: string | null): Box | null {
  return boxAround(c.features.filter((f) => area === null || f.properties.from === area || f.properties.to === area).map((f) => f.geometry.coordinates));
}

/** What happened to an area, in words. */
function changeText(c: ComparedChange): string {
  if (c.change !== "changed") return t(c.change === "new" ? "changeNew" : "changeGone");
  const parts = [c.reshaped ? t("reshaped") : "", c.renamed ? t("renamed") : "", c.recoded ? t("recoded") : ""].filter((x) => x !== "");
  return parts.length === 0 ? t("changedOther") : parts.join(language.value === "zh" ? "、" : ", ");
}

function Changes({ of: c, onShow }: { of: Comparison; onShow: (area: string) => void }): JSX.Element {
  const all = useSignal(false);
  const shown = all.value ? c.changes : c.changes.slice(0, first);
  if (c.changes.length === 0) return <p class="plan-empty">{t("noDifference")}</p>;
  return (
    <>
      <Table label={t("differences")} heads={[{ text: t("area") }, { text: t("whatChanged") }, { text: t("gained"), number: true }, { text: t("lost"), number: true }, { text: t("householdsChange"), number: true }, { text: t("onMap") }]}>
        {shown.map((x) => {
          const now = x.after ?? x.before;
          const area = `${x.kind}:${now?.code ?? x.id}`;
          return (
            <tr key={`${x.kind} ${x.id}`} class={`change-${x.change}`}>
              <th scope="row">
                <AreaRef area={area} />
                {x.renamed && x.before !== null && <span class="soft was">{t("was", { name: x.before.name })}</span>}
                {x.recoded && x.before !== null && <span class="soft was">{t("was", { name: x.before.code })}</span>}
              </th>
              <td>
                <span class="soft">{word(x.kind)}</span> {changeText(x)}
              </td>
              <td class="number">{x.gained_m2 > 0 ? areaText(x.gained_m2) : ""}</td>
              <td class="number">{x.lost_m2 > 0 ? areaText(x.lost_m2) : ""}</td>
              <td class="number">{signed((x.after?.households ?? 0) - (x.before?.households ?? 0))}</td>
              <td>
                {(x.gained_m2 > 0 || x.lost_m2 > 0) && (
                  <button type="button" class="button small" onClick={() => onShow(area)}>
                    {t("show")}
                  </button>
                )}
              </td>
            </tr>
          );
        })}
      </Table>
      {!all.value && c.changes.length > first && (
        <button type="button" class="button" onClick={() => (all.value = true)}>
          {t("showAll", { n: formatNumber(c.changes.length, language.value) })}
        </button>
      )}
    </>
  );
}

/** Two sets of boundaries beside each other: on two maps, and in a list with the land that changed hands. */
export function Compared({ from, to, labels, version }: { from: Side; to: Side; labels: readonly [string, string]; version: string }): JSX.Element {
  const asked = useAsked(`${from} ${to} ${version}`, (signal) => compare(from, to, signal));
  const kind = useSignal<Kind | null>(null);
  const focus = useSignal<string | null>(null);
  const c = asked.value;
  const worlds = useMemo(() => [worldOf(from), worldOf(to)] as const, [from, to]);
  useEffect(() => {
    askNames("grid", "village", "village_group", "compound", "township");
  }, []);
  useEffect(() => {
    if (c === null) return;
    learnNames(c.changes.flatMap((x) => [x.before, x.after].flatMap((a) => (a === null ? [] : [[`${x.kind}:${a.code}`, a] as const]))));
  }, [c]);
  const kindsMoved = c === null ? [] : (Object.keys(c.moved_m2) as Kind[]).filter((k) => (c.moved_m2[k] ?? 0) > 0);
  // A place that changes its grid may change its group too: one kind at a time is drawn.
  const drawn = kind.value !== null && kindsMoved.includes(kind.value) ? kind.value : (kindsMoved.find((k) => k === "grid") ?? kindsMoved[0] ?? null);
  const moved = useMemo((): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features: (c?.features ?? []).filter((f) => f.properties.kind === drawn) }), [c, drawn]);
  const box = useMemo(() => (c === null ? null : boxOfChange(c, focus.value)), [c, focus.value]);
  return (
    <>
      {c !== null && kindsMoved.length > 0 && (
        <div class="moved-kinds" role="group" aria-label={t("landMoved")}>
          {kindsMoved.map((k) => (
            <button key={k} type="button" class="button" aria-pressed={k === drawn} onClick={() => { kind.value = k; focus.value = null; }}>
              {t("landOfKind", { kind: word(k), size: areaText(c.moved_m2[k] ?? 0) })}
            </button>
          ))}
        </div>
      )}
      <Pair worlds={worlds} labels={labels} box={box} moved={moved} points={noPoints} version={version} />
      <Shown of={asked}>{(value) => <Changes of={value} onShow={(area) => { kind.value = area.slice(0, area.indexOf(":")) as Kind; focus.value = area; document.querySelector(".pair")?.scrollIntoView({ block: "start" }); }} />}</Shown>
    </>
  );
}

/** Offers every revision and plan there is as one side. */
function SideSelect({ label, value, revisions, plans, onChange }: { label: string; value: Side; revisions: PlanRevision[]; plans: Plan[]; onChange: (side: Side) => void }): JSX.Element {
  const titles = new Map(plans.map((p) => [p.id, p.title]));
  return (
    <label class="plan-field">
      <span>{label}</span>
      <select value={value} onChange={(e) => onChange(e.currentTarget.value as Side)}>
        <optgroup label={t("revisions")}>
          {[...revisions].sort((a, b) => b.revision - a.revision).map((r) => (
            <option key={r.revision} value={`revision:${r.revision}`}>
              {sideText(`revision:${r.revision}`, revisions, titles)}
            </option>
          ))}
        </optgroup>
        {plans.length > 0 && (
          <optgroup label={t("plans")}>
            {plans.map((p) => (
              <option key={p.id} value={`plan:${p.id}`}>
                {p.title}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  );
}

/** Compares any two revisions or plans, as the address or the reader chooses. */
export function ComparePage({ plan }: { plan: Plan | null }): JSX.Element {
  const lists = useAsked("lists", async (signal) => {
    const [revisions, plans] = await Promise.all([planRevisions(signal), listPlans(undefined, signal)]);
    return { revisions, plans: plans.filter((p) => p.status !== "discarded" && p.status !== "published") };
  });
  return (
    <Shown of={lists}>
      {({ revisions, plans }) => {
        const newest = Math.max(0, ...revisions.map((r) => r.revision));
        if (newest === 0) return <p class="plan-empty">{t("noRevisions")}</p>;
        const open = plan !== null && plans.some((p) => p.id === plan.id);
        // A published plan is compared as the revision that it became.
        const own: Side | null = plan === null ? null : open ? `plan:${plan.id}` : plan.revision === undefined ? null : `revision:${plan.revision}`;
        const from = parseSide(params.value.from) ?? (plan === null ? `revision:${Math.max(1, newest - 1)}` : `revision:${plan.base_revision}`);
        const to = parseSide(params.value.to) ?? own ?? `revision:${newest}`;
        const titles = new Map(plans.map((p) => [p.id, p.title]));
        const etag = plans.filter((p) => from.endsWith(p.id) || to.endsWith(p.id)).map((p) => p.etag).join(" ");
        return (
          <>
            <div class="plan-row">
              <SideSelect label={t("from")} value={from} revisions={revisions} plans={plans} onChange={(s) => setParams({ from: s })} />
              <SideSelect label={t("to")} value={to} revisions={revisions} plans={plans} onChange={(s) => setParams({ to: s })} />
              <button type="button" class="button" onClick={() => setParams({ from: to, to: from })}>
                {t("swap")}
              </button>
            </div>
            <Compared from={from} to={to} labels={[sideText(from, revisions, titles), sideText(to, revisions, titles)]} version={plan === null ? etag : plan.etag} />
          </>
        );
      }}
    </Shown>
  );
}
