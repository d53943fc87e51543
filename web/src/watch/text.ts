import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

/** The texts of the live map of patrols. */
export const t = texts<keyof typeof zh>(zh, en);
