import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

/** The texts of posts and people. */
export const t = texts(zh, en);
export type Key = keyof typeof zh;
