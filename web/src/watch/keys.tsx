import { useEffect } from "preact/hooks";
import { goTo } from "../state/store";
import { keyHelp } from "../ui/keyhelp";
import { openLive } from "./list";
import { showAll } from "./overlay";
import { chosenId, reportId, underWay } from "./state";
import { t } from "./text";

const help = keyHelp(
  () => t("keys"),
  () => [
    ["j", t("key_j")],
    ["k", t("key_k")],
    ["Enter", t("key_enter")],
    ["f", t("key_f")],
    ["Esc", t("key_esc")],
    ["?", t("key_help")],
  ],
);
export const KeyHelp = help.Dialog;
export const KeyButton = help.Button;

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
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || help.shown.peek()) return;
  if (e.target instanceof Element && e.target.closest("input, textarea, select, dialog, [role=combobox]") !== null) return;
  if (e.key === "j") step(1);
  else if (e.key === "k") step(-1);
  else if (e.key === "f") showAll();
  else if (e.key === "?") help.shown.value = true;
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
