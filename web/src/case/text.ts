import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

type Key = keyof typeof zh;

/** The texts about a report, which several screens show. */
export const t = texts<Key>(zh, en);

/** Gives the text of a word the server chose, `status_…` and the like, or the word itself where it is new. */
export function named(of: "status" | "event" | "role", name: string): string {
  const key = `${of}_${name}`;
  return Object.hasOwn(zh, key) ? t(key as Key) : name;
}
