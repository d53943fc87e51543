import { effect, signal } from "@preact/signals";
import type { Language } from "../state/url";
import { fill, languageFor } from "./pick";
import { zh, type Key } from "./zh";

/** The language of the page. */
export const language = signal<Language>(languageFor(typeof navigator === "undefined" ? [] : navigator.languages));

// Chinese is the first language and comes with the page; English costs a phone
// on a slow line as much as the search, and is loaded when it is asked for.

/**
 * Gives texts whose English is loaded when it is first needed; until it comes,
 * they are Chinese. The function beside them settles when the texts of the
 * language that the page begins with are there, or cannot be had now.
 */
export function textsLater<K extends string>(inZh: Record<K, string>, load: () => Promise<{ en: Record<K, string> }>): [(key: K, values?: Record<string, string | number>) => string, () => Promise<void>] {
  const english = signal<Record<K, string> | null>(null);
  let loading: Promise<void> | null = null;
  const start = (): Promise<void> =>
    (loading ??= load().then(
      (m) => {
        english.value = m.en;
      },
      () => {
        loading = null;
        setTimeout(start, 5000);
      },
    ));
  return [
    (key, values = {}) => fill((language.value === "zh" ? inZh : (english.value ?? inZh))[key], values),
    async () => {
      if (language.peek() === "en") await start();
      effect(() => {
        if (language.value === "en") void start();
      });
    },
  ];
}

/** `t` gives a text in the page's language; `{name}` in it is replaced. */
export const [t, textsReady] = textsLater<Key>(zh, () => import("./en"));

/** Every text of a screen that is loaded when it is opened: its texts come with it. The compiler checks that both languages have all. */
export function texts<K extends string>(inZh: Record<K, string>, inEn: Record<NoInfer<K>, string>): (key: K, values?: Record<string, string | number>) => string {
  return (key, values = {}) => fill((language.value === "zh" ? inZh : inEn)[key], values);
}

/** Gives the text of a word that the server chose, such as a post, or the word itself where it is new. */
export function word(name: string): string {
  return Object.hasOwn(zh, name) ? t(name as Key) : name;
}

/** Gives the name to show of something with names in one or both languages. */
export function nameOf(named: { name: string; name_en?: string | null | undefined }): string {
  return language.value === "en" && named.name_en ? named.name_en : named.name;
}
