import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t as common } from "../i18n/i18n";
import { goTo } from "../state/store";
import { Icon } from "../ui/icons";
import { openLive } from "./list";
import { showAll } from "./overlay";
import { chosenId, reportId, underWay } from "./state";
import { t } from "./text";

const helpShown = signal(false);

/** Closes what is open, back to the list. */
export function closeOne(): void {
  const id = chosenId.peek();
  goTo({ params: {} });
  if (id !== null) setTimeout(() => document.querySelector<HTMLElement>(`.watch-list a[data-id="${CSS.escape(id)}"]`)?.focus());
}

/** Goes so many rows on; with a patrol open the next one is opened. */
function step(by: 1 | -1): void {
  if (chosenId.peek() !== null) {
    const all = underWay.peek();
    const at = all.findIndex((p) => p.id === chosenId.peek());
    const next = all[Math.min(Math.max(at < 0 ? 0 : at + by, 0), all.length - 1)];
    if (next !== undefined) openLive(next.id);
    return;
  }
  const rows = [...document.querySelectorAll<HTMLElement>(".watch-list a[data-id]")];
  const at = rows.findIndex((r) => r === document.activeElement);
  const row = rows[Math.min(Math.max(at < 0 ? 0 : at + by, 0), rows.length - 1)];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function press(e: KeyboardEvent): void {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || helpShown.peek()) return;
  if (e.target instanceof Element && e.target.closest("input, textarea, select, dialog, [role=combobox]") !== null) return;
  if (e.key === "j") step(1);
  else if (e.key === "k") step(-1);
  else if (e.key === "f") showAll();
  else if (e.key === "?") helpShown.value = true;
  else if (e.key === "Escape" && (chosenId.peek() !== null || reportId.peek() !== null)) closeOne();
  else return;
  e.preventDefault();
}

/** Listens to the keys of this screen while it is shown. */
export function useKeys(): void {
  useEffect(() => {
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

const listed = [
  ["j", "key_j"],
  ["k", "key_k"],
  ["Enter", "key_enter"],
  ["f", "key_f"],
  ["Esc", "key_esc"],
  ["?", "key_help"],
] as const;

/** The list of keys. */
export function KeyHelp(): JSX.Element | null {
  const box = useRef<HTMLDialogElement>(null);
  const open = helpShown.value;
  useEffect(() => {
    if (open) box.current?.showModal();
  }, [open]);
  if (!open) return null;
  return (
    <dialog ref={box} class="confirm card keys" aria-labelledby="keys-title" onClose={() => (helpShown.value = false)} onKeyDown={(e) => e.stopPropagation()}>
      <div class="keys-head">
        <h2 id="keys-title">{t("keys")}</h2>
        <button type="button" class="icon-button" aria-label={common("close")} onClick={() => box.current?.close()}>
          <Icon name="close" />
        </button>
      </div>
      <dl>
        {listed.map(([key, says]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(says)}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}

/** Opens the list of keys: for those who do not know that there is one. */
export function KeyButton(): JSX.Element {
  return (
    <button type="button" class="icon-button key-button" aria-label={t("keys")} title={t("keys")} onClick={() => (helpShown.value = true)}>
      <kbd>?</kbd>
    </button>
  );
}
