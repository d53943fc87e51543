import type { EventType, Report } from "../api/reports";
import { categoryName } from "../case/category";
import { dueOf } from "../case/due";
import { dueText } from "../case/words";
import { zh } from "./zh";
import { t, type Key } from "./text";

/** What one may send, in the order of what one does; a comment is always there. */
export const deeds = ["accept", "handle", "close", "dispatch", "verify", "return", "comment", "reject"] as const;
export type DeedType = (typeof deeds)[number];

/** Gives those of an answer's `allow` that this screen knows, the likeliest first. */
export function deedsOf(allow: readonly EventType[] | undefined): DeedType[] {
  return deeds.filter((d) => allow?.includes(d) === true);
}

/** Reports whether somebody has to say why. */
export function needsNote(d: DeedType): boolean {
  return d === "return" || d === "reject";
}

/** Reports whether photos make sense with it. */
export function takesPhotos(d: DeedType): boolean {
  return d === "handle" || d === "comment" || d === "return" || d === "close";
}

/** Gives a text that is there for every deed. */
export function deedText(kind: "do" | "says" | "done", d: DeedType): string {
  const key = `${kind}_${d}`;
  return Object.hasOwn(zh, key) ? t(key as Key) : d;
}

/** A report in a few words: what, and until when. */
export function inShort(r: Report, at: number): { what: string; when: string } {
  return { what: categoryName(r.properties.category), when: dueText(dueOf(r), at) };
}
