import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

/** Gives a text about news. */
export const t = texts(zh, en);
