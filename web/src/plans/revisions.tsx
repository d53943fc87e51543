import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { language } from "../i18n/i18n";
import { planRevisions, undoRevision } from "../plan/client";
import type { PlanRevision } from "../plan/types";
import { can } from "../state/session";
import { linkTo, tell } from "../state/store";
import { formatExact, formatNumber } from "../units/format";
import { useAsked } from "./ask";
import { areaName, askNames } from "./names";
import { Shown, When } from "./parts";
import { t } from "./text";
import { refusalText } from "./words";

/** Asks once more before a revision is taken back, and for a word why. */
function UndoForm({ of: r, onDone, onCancel }: { of: PlanRevision; onDone: () => void; onCancel: () => void }): JSX.Element {
  const note = useSignal("");
  const busy = useSignal(false);
  const refused = useSignal<string | null>(null);
  const go = async () => {
    busy.value = true;
    refused.value = null;
    try {
      const answer = await undoRevision(r.revision, note.value.trim());
      tell(t("undone", { n: r.revision, now: answer.revision?.number ?? 0, reports: formatNumber(answer.rerouted ?? 0, language.value) }));
      onDone();
    } catch (e) {
      askNames("grid", "village", "village_group", "compound");
      refused.value = refusalText(e, areaName);
    }
    busy.value = false;
  };
  return (
    <form
      class="undo-form"
      onSubmit={(e) => {
        e.preventDefault();
        void go();
      }}
    >
      <p>{t("undoHelp", { n: r.revision, before: r.revision - 1 })}</p>
      <label class="plan-field wide">
        <span>{t("note")}</span>
        <input type="text" maxLength={2000} value={note.value} placeholder={t("undoExample")} onInput={(e) => (note.value = e.currentTarget.value)} />
      </label>
      {refused.value !== null && <p class="stale" role="alert">{refused.value}</p>}
      <p class="plan-row">
        <button type="submit" class="button primary" disabled={busy.value}>
          {t("undoNow", { n: r.revision })}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t("cancel")}
        </button>
      </p>
    </form>
  );
}

function Entry({ of: r, undoing, onUndo, onDone }: { of: PlanRevision; undoing: boolean; onUndo: (on: boolean) => void; onDone: () => void }): JSX.Element {
  return (
    <li class="revision card">
      <div class="revision-head">
        <h2>{t("revision", { n: r.revision })}</h2>
        {r.current === true && <span class="plan-badge plan-approved">{t("current")}</span>}
        <span class="soft">
          <When at={r.published_at} /> · {formatExact(Date.parse(r.published_at), language.value)}
          {r.by !== undefined && ` · ${r.by}`}
        </span>
      </div>
      {r.note !== undefined && r.note !== "" && <p>{r.note}</p>}
      <p class="soft">{t(r.changed === undefined || r.revision === 1 ? "revisionAreas" : "revisionChanged", { n: formatNumber(r.changed ?? 0, language.value), all: formatNumber(r.areas, language.value) })}</p>
      <p class="plan-row">
        {r.revision > 1 && (
          <a class="button" href={linkTo({ params: { tab: "compare", from: `revision:${r.revision - 1}`, to: `revision:${r.revision}` } })}>
            {t("whatItChanged")}
          </a>
        )}
        {r.plan !== undefined && (
          <a class="button" href={linkTo({ params: { id: r.plan } })}>
            {t("itsPlan")}
          </a>
        )}
        {r.revision > 1 && can("publish") && !undoing && (
          <button type="button" class="button" onClick={() => onUndo(true)}>
            {t("undo")}
          </button>
        )}
      </p>
      {undoing && <UndoForm of={r} onDone={onDone} onCancel={() => onUndo(false)} />}
    </li>
  );
}

/** All published revisions, the newest first, and the way back from each. */
export function Revisions(): JSX.Element {
  const asked = useAsked("revisions", (signal) => planRevisions(signal));
  const undoing = useSignal<number | null>(null);
  return (
    <Shown of={asked}>
      {(revisions) =>
        revisions.length === 0 ? (
          <p class="plan-empty">{t("noRevisions")}</p>
        ) : (
          <ul class="plan-entries">
            {[...revisions]
              .sort((a, b) => b.revision - a.revision)
              .map((r) => (
                <Entry
                  key={r.revision}
                  of={r}
                  undoing={undoing.value === r.revision}
                  onUndo={(on) => (undoing.value = on ? r.revision : null)}
                  onDone={() => {
                    undoing.value = null;
                    asked.again();
                  }}
                />
              ))}
          </ul>
        )
      }
    </Shown>
  );
}
