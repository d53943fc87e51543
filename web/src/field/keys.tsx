import { useEffect } from "preact/hooks";
import { keyHelp } from "../ui/keyhelp";
import { closeCase } from "./caseview";
import { askDeed, deeding } from "./deed";
import { openCase } from "./list";
import { detail, openId, reports, shown } from "./state";
import { t } from "./text";
import { deedsOf, type DeedType } from "./words";

const help = keyHelp(
  () => t("keys"),
  () => [
    ["j", t("key_j")],
    ["k", t("key_k")],
    ["Enter", t("key_enter")],
    ["a", t("key_a")],
    ["h", t("key_h")],
    ["r", t("key_r")],
    ["Esc", t("key_esc")],
    ["?", t("key_help")],
  ],
);
export const KeyHelp = help.Dialog;
export const KeyButton = help.Button;

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
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || deeding.peek() !== null || help.shown.peek()) return;
  if (e.target instanceof Element && e.target.closest("input, textarea, select, dialog, [role=combobox]") !== null) return;
  const deeds: Partial<Record<string, DeedType>> = { a: "accept", h: "handle", r: "return" };
  const deed = deeds[e.key];
  if (e.key === "j") step(1);
  else if (e.key === "k") step(-1);
  else if (e.key === "?") help.shown.value = true;
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
