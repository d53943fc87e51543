import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

/** The texts of the map's controls. */
export const tMap = texts(zh, en);
