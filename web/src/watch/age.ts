import type { Live, LiveMember, LivePatrol } from "../api/patrols";

/** How old a position is: `fresh` is being sent, `old` was some minutes ago, `lost` says little about where somebody is. */
export type Age = "fresh" | "recent" | "old" | "lost";

const minute = 60_000;

/** Gives how old a position is by its age in milliseconds. */
export function ageOf(ms: number): Age {
  if (ms < minute) return "fresh";
  if (ms < 5 * minute) return "recent";
  return ms < 15 * minute ? "old" : "lost";
}

/** How much of a mark is seen at each age, 0 to 1. */
export const shownAt: Record<Age, number> = { fresh: 1, recent: 0.8, old: 0.55, lost: 0.35 };

/** Gives when somebody of a patrol was seen last, in milliseconds; null where nobody has been. */
export function lastSeen(p: LivePatrol): number | null {
  const times = p.members.map((m) => Date.parse(m.t)).filter(Number.isFinite);
  return times.length === 0 ? null : Math.max(...times);
}

/** Puts patrols under way in order: where nobody is seen first, then by area; those that pause last. */
export function inOrder(patrols: readonly LivePatrol[]): LivePatrol[] {
  const rank = (p: LivePatrol) => (p.absent_since != null ? 0 : p.paused ? 2 : 1);
  return [...patrols].sort((a, b) => rank(a) - rank(b) || (a.area.code < b.area.code ? -1 : a.area.code > b.area.code ? 1 : a.id < b.id ? -1 : 1));
}

/** Gives the ids of patrols whose area somebody has just been missing in, which were not missed before. */
export function newAlarms(before: Live | null, now: Live): LivePatrol[] {
  if (before === null) return [];
  const known = new Set(before.patrols.filter((p) => p.absent_since != null).map((p) => p.id));
  return now.patrols.filter((p) => p.absent_since != null && !known.has(p.id));
}

/** The first sign of a name, for a mark: a Chinese family name, or a letter. */
export function initial(m: LiveMember): string {
  const [sign] = m.name ?? "";
  return sign ?? "·";
}
