import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

/** The texts of the table of the grids. */
export const t = texts(zh, en);

/** Gives the class of a grid in a word, or as it is where it is new. */
export function className(name: string): string {
  return name === "urban" || name === "rural" ? t(name) : name;
}
