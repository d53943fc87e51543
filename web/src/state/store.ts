import { batch, effect, signal } from "@preact/signals";
import type { Trouble } from "../api/client";
import { language } from "../i18n/i18n";
import { formatHash, parseHash, type Camera, type LayerName, type Params, type ScreenName, type Selection, type ViewState } from "./url";

const first = parseHash(location.hash);
if (first.language !== null) language.value = first.language;

/** Which screen is shown. */
export const view = signal<ScreenName>(first.view);
/** What the screen shown keeps in the address. */
export const params = signal<Params>(first.params);
/** What the panel is about. */
export const selection = signal<Selection | null>(first.selection);
/** Where the map looks; null until it has been placed. */
export const camera = signal<Camera | null>(first.camera);
/** What is switched off on the map. */
export const hidden = signal<readonly LayerName[]>(first.hidden);
/** Whether the language was chosen by hand: then links carry it. */
export const languageChosen = signal(first.language !== null);
/** Whether what is shown is invented. */
export const synthetic = signal(false);
/** What went wrong last, with the way to try again. */
export const problem = signal<{ trouble: Trouble | "nomap"; retry: (() => void) | null } | null>(null);
/** A sentence for the status line: shown for a while and read out. */
export const notice = signal("");

function current(): ViewState {
  return {
    view: view.value,
    camera: camera.value,
    selection: selection.value,
    hidden: [...hidden.value],
    language: languageChosen.value ? language.value : null,
    params: params.value,
  };
}

/**
 * Gives the address of a view that differs in some respects from the present
 * one. Another screen begins without the parameters of this one.
 */
export function linkTo(change: Partial<ViewState>): string {
  const now = current();
  const stays = change.view === undefined || change.view === now.view;
  return formatHash({ ...now, params: stays ? now.params : {}, ...change });
}

/** Goes to a view as following its link does. */
export function goTo(change: Partial<ViewState>): void {
  location.hash = linkTo(change);
}

/** Changes parameters of the screen shown; null takes one away. It is no step that can be gone back. */
export function setParams(change: Record<string, string | null>): void {
  const next: Record<string, string> = { ...params.value };
  for (const [k, v] of Object.entries(change)) {
    if (v === null) delete next[k];
    else next[k] = v;
  }
  params.value = next;
}

let written = location.hash === "" ? "#" : location.hash;

/** Keeps the address at what is shown. Choosing something is a step that can be gone back; moving the map is none. */
export function followAddress(): void {
  let before = { view: view.value, selection: selection.value };
  effect(() => {
    const hash = formatHash(current());
    if (hash === written) return;
    const step = view.value !== before.view || (selection.value !== before.selection && selection.value !== null);
    before = { view: view.value, selection: selection.value };
    written = hash;
    const address = hash === "#" ? location.pathname : hash;
    if (step) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  });
  const read = () => {
    const hash = location.hash === "" ? "#" : location.hash;
    if (hash === written) return;
    const s = parseHash(hash);
    written = hash;
    before = { view: s.view, selection: s.selection };
    // All at once: the effect above must not see half of a step.
    batch(() => {
      if (s.language !== null) {
        language.value = s.language;
        languageChosen.value = true;
      }
      hidden.value = s.hidden;
      camera.value = s.camera;
      view.value = s.view;
      params.value = s.params;
      selection.value = s.selection;
    });
  };
  addEventListener("popstate", read);
  addEventListener("hashchange", read);
}

let quiet: ReturnType<typeof setTimeout> | undefined;

/** Shows a sentence in the status line for some seconds. */
export function tell(text: string): void {
  notice.value = text;
  clearTimeout(quiet);
  quiet = setTimeout(() => (notice.value = ""), 6000);
}
