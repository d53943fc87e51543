import { texts, word } from "../i18n/i18n";
import { en } from "./en";
import type { What } from "./types";
import { zh, type Key } from "./zh";

/** The texts of bringing files in and taking data out. */
export const t = texts(zh, en);

/** Reports whether there is a text by that name. */
export function isKey(name: string): name is Key {
  return Object.hasOwn(zh, name);
}

/** Gives the text `prefix_name`, or the name itself where there is none: the server may know more than the page. */
export function named(prefix: string, name: string): string {
  const key = `${prefix}_${name}`;
  return isKey(key) ? t(key) : word(name);
}

/** Gives what a field is called: names are of areas, but for a roster of people. */
export function fieldName(what: What, field: string): string {
  return what === "roster" && field === "name" ? t("field_person") : named("field", field);
}
