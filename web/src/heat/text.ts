import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

/** A text of the heat map in the page's language. */
export const t = texts(zh, en);
export type Key = keyof typeof zh;
