import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Checkpoint, CheckpointState } from "../api/patrols";
import { language, nameOf } from "../i18n/i18n";
import { can } from "../state/session";
import { linkTo, params, setParams } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { formatNumber } from "../units/format";
import { AreaSelect } from "./list";
import { checkpointOrder, checkpointsInOrder } from "./order";
import { Ago, CheckpointBadge, Failed } from "./parts";
import { checkpoints, checkpointTrouble, kinds, onlyCheckpoints, shownCheckpoints, within } from "./state";
import { t } from "./text";
import { checkpointText } from "./words";

/** The name of a kind of checkpoint, or its code while that is not known. */
export function kindName(code: string): string {
  const known = kinds.value.find((k) => k.code === code);
  return known === undefined ? code : nameOf(known);
}

/** Where a checkpoint lies, in the smallest areas that have names. */
export function whereText({ properties: { areas } }: Checkpoint): string {
  const named = [areas.compound ?? areas.village_group, areas.grid, areas.village].filter((a) => a != null);
  return named.slice(0, 2).map((a) => a.name).join(" · ");
}

function Row({ of: c }: { of: Checkpoint }): JSX.Element {
  const p = c.properties;
  return (
    <li class="prow">
      <a href={linkTo({ params: { ...params.value, cp: c.id } })}>
        <span class="prow-head">
          <strong>
            <Name of={p.name} />
          </strong>
          <CheckpointBadge state={p.state} />
        </span>
        <span class="prow-foot soft">
          <Name of={kindName(p.kind)} />
          <Name of={whereText(c)} />
        </span>
        <span class="prow-foot soft">
          {p.last_visit == null ? (
            t("neverVisited")
          ) : (
            <span>
              {t("lastVisit")} <Ago at={p.last_visit} />
            </span>
          )}
          {p.due_at != null && p.state !== "never" && (
            <span class={p.state === "overdue" ? "late" : ""}>
              {t(p.state === "overdue" ? "wasDue" : "dueAt")} <Ago at={p.due_at} />
            </span>
          )}
        </span>
      </a>
    </li>
  );
}

/** How many there are of each state; a tap shows only those. They explain the colours of the map, too. */
function States(): JSX.Element {
  const all = checkpoints.value ?? [];
  const where = within.value;
  const { state: only, kind } = onlyCheckpoints.value;
  const counted = all.filter(({ properties: p }) => (kind === null || p.kind === kind) && (where === null || p.areas[where.kind]?.code === where.code));
  return (
    <div class="state-chips" role="group" aria-label={t("filterState")}>
      {checkpointOrder.map((s: CheckpointState) => {
        const n = counted.filter((c) => c.properties.state === s).length;
        return (
          <button key={s} type="button" class={`chip${n > 0 ? ` chip-cp-${s}` : ""}`} aria-pressed={only === s} onClick={() => setParams({ cps: only === s ? null : s })}>
            {checkpointText(s)} <strong>{formatNumber(n, language.value)}</strong>
          </button>
        );
      })}
    </div>
  );
}

/** So many are drawn at first. */
const first = 100;

/** The checkpoints, those first that are overdue. */
export function CheckpointList(): JSX.Element {
  const limit = useSignal(first);
  const all = checkpoints.value;
  const shown = checkpointsInOrder(shownCheckpoints.value);
  const { state, kind } = onlyCheckpoints.value;
  const narrowed = state !== null || kind !== null || within.value !== null;
  return (
    <div class="patrol-list">
      <div class="list-bar">
        <select class="text-field" aria-label={t("filterKind")} value={kind ?? ""} onChange={(e) => setParams({ cpk: e.currentTarget.value || null })}>
          <option value="">{t("anyKind")}</option>
          {kinds.value.map((k) => (
            <option key={k.code} value={k.code}>
              {nameOf(k)}
            </option>
          ))}
        </select>
        <AreaSelect />
        {can("manage_checkpoints") && (
          <a class="button primary" href={linkTo({ params: { ...params.value, cp: "new" } })}>
            <Icon name="plus" />
            {t("addCheckpoint")}
          </a>
        )}
      </div>
      {checkpointTrouble.value !== null && <Failed trouble={checkpointTrouble.value} />}
      {all === null ? (
        checkpointTrouble.value === null && <Skeleton says={t("loading")} lines="tall tall tall tall" />
      ) : (
        <>
          <States />
          {shown.length === 0 ? (
            <div class="empty">
              <p class="empty-head">{t(narrowed ? "noneSoPoints" : "noPoints")}</p>
              {narrowed ? (
                <button type="button" class="button" onClick={() => setParams({ cps: null, cpk: null, in: null })}>
                  {t("clearFilters")}
                </button>
              ) : (
                can("manage_checkpoints") && <p class="soft">{t("noPointsHelp")}</p>
              )}
            </div>
          ) : (
            <ul>
              {shown.slice(0, limit.value).map((c) => (
                <Row key={c.id} of={c} />
              ))}
            </ul>
          )}
          {shown.length > limit.value && (
            <button type="button" class="button wide" onClick={() => (limit.value += first)}>
              {t("more", { n: formatNumber(shown.length - limit.value, language.value) })}
            </button>
          )}
        </>
      )}
    </div>
  );
}
