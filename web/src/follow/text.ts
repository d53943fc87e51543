import type { Status } from "../api/reports";
import { texts } from "../i18n/i18n";
import { en } from "./en";
import { zh } from "./zh";

type Key = keyof typeof zh;

/** The texts of the page that follows a report. */
export const t = texts<Key>(zh, en);

/** Gives the name of a step, or the state itself where it is new. */
export function stepName(status: Status): string {
  const key = `step_${status === "verified" ? "reported" : status}`;
  return Object.hasOwn(zh, key) ? t(key as Key) : status;
}

/** Says what a state means for whoever waits; nothing where it is new. */
export function meaning(status: Status): string {
  const key = `says_${status}`;
  return Object.hasOwn(zh, key) ? t(key as Key) : "";
}
