import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh, type Key } from "./zh";

/** Gives a text of the report form in the page's language. */
export type { Key };

export const t = texts(zh, en);
