import type { Language } from "../state/url";

/** Chooses the first language of the browser's list that the application has; English without one. */
export function languageFor(wanted: readonly string[]): Language {
  for (const w of wanted) {
    const primary = w.toLowerCase().split("-")[0];
    if (primary === "zh" || primary === "en") return primary;
  }
  return "en";
}

/** Puts values in the place of `{name}`; a name without a value stays, so that it is seen. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}
