import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

/** The texts of the search. */
export const tSearch = texts(zh, en);
