import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import { language, t } from "../i18n/i18n";
import { languageChosen, linkTo, view } from "../state/store";
import { Icon } from "./icons";

function switchLanguage(): void {
  language.value = language.value === "zh" ? "en" : "zh";
  languageChosen.value = true;
}

/** Closes something open when a click or the focus goes elsewhere, or with Escape. */
export function useDismiss(open: boolean, close: () => void): { current: HTMLDivElement | null } {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const away = (e: Event) => {
      if (e.target instanceof Node && box.current?.contains(e.target) !== true) close();
    };
    const key = (e: KeyboardEvent) => {
      if (e.key !== "Escape") return;
      e.stopPropagation();
      box.current?.querySelector("button")?.focus();
      close();
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("focusin", away);
    document.addEventListener("keydown", key, true);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("focusin", away);
      document.removeEventListener("keydown", key, true);
    };
  });
  return box;
}

/** The ways to other pages, and the language. */
export function Nav({ canShowMap }: { canShowMap: boolean }): JSX.Element {
  const open = useSignal(false);
  const box = useDismiss(open.value, () => (open.value = false));
  const other = view.value === "map" ? "list" : "map";
  return (
    <div class="nav" ref={box}>
      <button type="button" class="icon-button nav-button" aria-label={t("menu")} aria-expanded={open.value} aria-controls="nav" onClick={() => (open.value = !open.value)}>
        <Icon name="menu" />
      </button>
      <nav id="nav" aria-label={t("navigation")} class={open.value ? "open" : ""} onClick={() => (open.value = false)}>
        {canShowMap && <a href={linkTo({ view: other })}>{t(other === "list" ? "showList" : "showMap")}</a>}
        <a href="/about">{t("about")}</a>
        <button type="button" onClick={() => setTimeout(print)}>
          {t("print")}
        </button>
        <button type="button" lang={language.value === "zh" ? "en" : "zh-CN"} onClick={switchLanguage}>
          {t("otherLanguage")}
        </button>
      </nav>
    </div>
  );
}
