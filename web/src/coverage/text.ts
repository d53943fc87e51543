import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

/** The texts of coverage. */
export const t = texts(zh, en);
