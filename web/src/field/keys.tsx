import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t as common } from "../i18n/i18n";
import { Icon } from "../ui/icons";
import { closeCase } from "./caseview";
import { askDeed, deeding } from "./deed";
import { openCase } from "./list";
import { detail, openId, reports, shown } from "./state";
import { t } from "./text";
import { deedsOf, type DeedType } from "./words";

const helpShown = signal(false);

/** The id of the row that has the focus, or of the open report. */
function present(): string | null {
  const row = document.activeElement?.closest<HTMLElement>(".cases a[data-id]");
  return row?.dataset["id"] ?? openId.peek();
}

/** Goes so many rows on. With a report open the next one is opened, else its row gets the focus. */
function step(by: 1 | -1): void {
  const list = shown.peek();
  if (list.length === 0) return;
  const at = list.findIndex((r) => r.id === present());
  const next = list[Math.min(Math.max(at < 0 ? 0 : at + by, 0), list.length - 1)];
  if (next === undefined) return;
  if (openId.peek() !== null) openCase(next.id);
  const row = document.querySelector<HTMLElement>(`.cases a[data-id="${CSS.escape(next.id)}"]`);
  if (openId.peek() === null) row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

/** Asks whether to do something to the report one is at, where that is possible. */
function ask(d: DeedType): void {
  const id = present();
  if (id === null) return;
  const open = detail.peek();
  const r = open?.id === id ? open : reports.peek().get(id);
  if (r === undefined || !deedsOf(r.properties.allow).includes(d)) return;
  if (openId.peek() !== id) openCase(id);
  askDeed(r, d);
}

function press(e: KeyboardEvent): void {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || deeding.peek() !== null || helpShown.peek()) return;
  if (e.target instanceof Element && e.target.closest("input, textarea, select, dialog, [role=combobox]") !== null) return;
  const deeds: Partial<Record<string, DeedType>> = { a: "accept", h: "handle", r: "return" };
  const deed = deeds[e.key];
  if (e.key === "j") step(1);
  else if (e.key === "k") step(-1);
  else if (e.key === "?") helpShown.value = true;
  else if (e.key === "Escape" && openId.peek() !== null) closeCase();
  else if (deed !== undefined) ask(deed);
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
  ["a", "key_a"],
  ["h", "key_h"],
  ["r", "key_r"],
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
  const close = () => (helpShown.value = false);
  return (
    <dialog ref={box} class="confirm card keys" aria-labelledby="keys-title" onClose={close} onKeyDown={(e) => e.stopPropagation()}>
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
