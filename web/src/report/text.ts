import { effect, signal } from "@preact/signals";
import { fill } from "../i18n/pick";
import { language } from "../i18n/i18n";
import { zh, type Key } from "./zh";

export type { Key };

// As in i18n/i18n.ts: Chinese comes with the form, English when it is asked for.
const english = signal<Record<Key, string> | null>(null);

async function loadEnglish(): Promise<void> {
  english.value = (await import("./en")).en;
}

/** Loads the texts of the language that the form begins with. */
export async function loadTexts(): Promise<void> {
  if (language.peek() === "en") await loadEnglish().catch(() => undefined);
  effect(() => {
    if (language.value === "en" && english.peek() === null) void loadEnglish().catch(() => undefined);
  });
}

/** Gives a text of the report form in the page's language. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill((language.value === "zh" ? zh : (english.value ?? zh))[key], values);
}
