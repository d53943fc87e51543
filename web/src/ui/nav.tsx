import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import { language, t } from "../i18n/i18n";
import { list as sentFromHere } from "../report/mine";
import { loadPart } from "../screens";
import { app } from "../state/app";
import { who } from "../state/session";
import { languageChosen, linkTo, problem, view } from "../state/store";
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

/** Signs out. What was not sent yet is asked about there. */
async function leave(): Promise<void> {
  try {
    await (await import("../offline/leave")).leave();
  } catch {
    problem.value = { trouble: "away", retry: () => { problem.value = null; void leave(); } };
  }
}

/** The way in, or out, once it is known who is there. */
function SignInOut(): JSX.Element | null {
  const me = who.value;
  if (me === undefined || (me === null && view.value === "signin")) return null;
  if (me === null) {
    // From a screen of its own the way leads back to it.
    const next = view.value === "map" || view.value === "list" ? undefined : linkTo({});
    return <a href={linkTo({ view: "signin", params: next === undefined ? {} : { next } })}>{t("signIn")}</a>;
  }
  return (
    <button type="button" onClick={() => void leave()}>
      {t("signOut", { name: me.person?.name ?? me.name })}
    </button>
  );
}

/** The links for people with an account, loaded when somebody has one. */
const workLinks = signal<(() => JSX.Element) | null>(null);

function loadWorkLinks(): void {
  import("../menu/worklinks").then(
    (m) => (workLinks.value = m.WorkLinks),
    () => setTimeout(loadWorkLinks, 5000),
  );
}

/** Shows the address of the page for a phone to read. */
async function showQr(): Promise<void> {
  try {
    (await loadPart("src/qr/screen.css", () => import("../qr/dialog"))).openQr();
  } catch {
    problem.value = { trouble: "away", retry: () => { problem.value = null; void showQr(); } };
  }
}

/** The ways to other pages, and the language. */
export function Nav({ canShowMap }: { canShowMap: boolean }): JSX.Element {
  const open = useSignal(false);
  const box = useDismiss(open.value, () => (open.value = false));
  const signedIn = Boolean(who.value);
  useEffect(() => {
    if (signedIn && workLinks.peek() === null) loadWorkLinks();
  }, [signedIn]);
  const Work = signedIn ? workLinks.value : null;
  const other = view.value === "map" ? "list" : "map";
  return (
    <div class="nav" ref={box}>
      <button type="button" class="icon-button nav-button" aria-label={t("menu")} aria-expanded={open.value} aria-controls="nav" onClick={() => (open.value = !open.value)}>
        <Icon name="menu" />
      </button>
      <nav id="nav" aria-label={t("navigation")} class={open.value ? "open" : ""} onClick={() => (open.value = false)}>
        {canShowMap && <a href={linkTo({ view: other })}>{t(other === "list" ? "showList" : "showMap")}</a>}
        {view.value !== "heat" && (app.value?.public === "map" || who.value) && <a href={linkTo({ view: "heat", params: {} })}>{t("heatMap")}</a>}
        {Work !== null && <Work />}
        {sentFromHere().length > 0 && view.value !== "follow" && <a href={linkTo({ view: "follow", params: {} })}>{t("myReports")}</a>}
        <a href="/about">{t("about")}</a>
        <button type="button" onClick={() => void showQr()}>
          {t("onPhone")}
        </button>
        <button type="button" onClick={() => setTimeout(print)}>
          {t("print")}
        </button>
        <button type="button" lang={language.value === "zh" ? "en" : "zh-CN"} onClick={switchLanguage}>
          {t("otherLanguage")}
        </button>
        <SignInOut />
      </nav>
    </div>
  );
}
