import type { JSX } from "preact";
import { linkTo, goTo, tell } from "../state/store";
import { Icon } from "../ui/icons";
import { mayEdit } from "./acts";
import { areaName, letGo, store } from "./desk";
import { ToolIcon } from "./icons";
import { t } from "./text";
import type { HistoryEntry } from "./types";
import { operationName } from "./words";

/** Takes back what is half done, or else the last operation. */
export async function undo(): Promise<void> {
  if (letGo()) return;
  const s = store.peek();
  const last = s?.undoable.peek() ?? null;
  if (s === null || last === null || !mayEdit()) return;
  const name = operationName(last.op, areaName);
  if (await s.undo()) tell(t("undone", { name }));
}

export async function redo(): Promise<void> {
  const s = store.peek();
  const next = s?.redoable.peek() ?? null;
  if (s === null || next === null || !mayEdit()) return;
  const name = operationName(next.op, areaName);
  if (await s.redo()) tell(t("redone", { name }));
}

function Step({ kind, entry, onClick }: { kind: "undo" | "redo"; entry: HistoryEntry | null; onClick: () => void }): JSX.Element {
  const name = entry === null ? "" : operationName(entry.op, areaName);
  const label = entry === null ? t(kind) : t(kind === "undo" ? "undoOf" : "redoOf", { name });
  return (
    <button type="button" class="bar-step" disabled={entry === null} aria-label={label} title={`${label} (${kind === "undo" ? "Ctrl+Z" : "Ctrl+Y"})`} onClick={onClick}>
      <ToolIcon name={kind} />
      <span aria-hidden="true">{label}</span>
    </button>
  );
}

/** Says whether what was done is with the server. */
function Saving(): JSX.Element {
  const s = store.value;
  const waiting = s?.waiting.value ?? null;
  const n = s?.pending.value.length ?? 0;
  return (
    <span class={`bar-saving${waiting === null ? "" : " waiting"}`} role="status">
      {waiting !== null ? t("waiting", { n }) : n > 0 ? t("saving", { n }) : t("saved")}
    </span>
  );
}

/** The bar of edit mode: which mode and plan this is, back and forth, what comes of it, and the way out. */
export function Bar({ open }: { open: boolean }): JSX.Element {
  const s = store.value;
  const plan = s?.plan.value ?? null;
  return (
    <div class="plan-bar" role="region" aria-label={t("title")}>
      <button type="button" class="icon-button bar-exit" aria-label={t("exit")} title={t("exit")} onClick={() => goTo({ view: "plans", params: s === null ? {} : { id: s.id } })}>
        <Icon name="close" />
      </button>
      <div class="bar-title">
        <strong>{t(plan === null || open ? "mode" : "viewMode")}</strong>
        <span class="bar-name" title={plan?.title}>
          {plan?.title ?? ""}
        </span>
        {open && <Saving />}
      </div>
      <Step kind="undo" entry={open ? (s?.undoable.value ?? null) : null} onClick={() => void undo()} />
      <Step kind="redo" entry={open ? (s?.redoable.value ?? null) : null} onClick={() => void redo()} />
      {s !== null && (
        <a class="bar-next" href={linkTo({ view: "plans", params: { id: s.id, tab: "check" } })}>
          <span class="bar-long">{t("next")}</span>
          <span class="bar-short">{t("nextShort")}</span>
        </a>
      )}
    </div>
  );
}
