import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

/** The texts of the list of areas. */
export const tList = texts(zh, en);
