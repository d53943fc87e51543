import { signal } from "@preact/signals";
import { categories, type Category } from "../api/reports";
import { nameOf } from "../i18n/i18n";

/** The kinds of report by code; empty until the server has told them. */
export const knownCategories = signal<ReadonlyMap<string, Category>>(new Map());

/** Asks the server for the kinds of report, where they are not known. */
export async function askCategories(): Promise<void> {
  if (knownCategories.peek().size > 0) return;
  const list = await categories().catch(() => []);
  if (list.length > 0) knownCategories.value = new Map(list.map((c) => [c.code, c]));
}

/** Gives the name of a kind of report in the page's language, or its code while that is not known. Call askCategories before. */
export function categoryName(code: string): string {
  const known = knownCategories.value.get(code);
  return known === undefined ? code : nameOf(known);
}
