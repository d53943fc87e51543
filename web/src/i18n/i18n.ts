import { signal } from "@preact/signals";
import type { Language } from "../state/url";
import { en } from "./en";
import { fill, languageFor } from "./pick";
import { zh, type Key } from "./zh";

/** The language of the page. */
export const language = signal<Language>(languageFor(typeof navigator === "undefined" ? [] : navigator.languages));

/** Gives a text in the page's language; `{name}` in it is replaced. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill((language.value === "zh" ? zh : en)[key], values);
}

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
