import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

export type Key = keyof typeof zh;

/** The texts of what waits on the phone. */
export const t = texts<Key>(zh, en);
