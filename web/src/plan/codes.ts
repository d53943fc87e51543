import type { Kind } from "../api/types";
import type { Area, LatticePoint, Topology } from "./model/types";

/** Gives the unit a new area lies in, by its first corner's neighbourhood: what holds most of its corners. */
export function parentAt(all: Topology, kind: Kind, ring: readonly LatticePoint[]): Area | null {
  const of: Kind = kind === "district" || kind === "township" ? "district" : "village";
  const counted = new Map<Area, number>();
  for (const q of ring) {
    for (const a of all.areasAt(q, { kinds: [of] })) counted.set(a, (counted.get(a) ?? 0) + 1);
  }
  let best: Area | null = null;
  for (const [a, n] of counted) {
    if (best === null || n > (counted.get(best) ?? 0)) best = a;
  }
  return best;
}

/** Proposes a code that is not taken: the unit's, then C and three digits for a compound, three digits for others; empty without a unit. */
export function freeCode(taken: readonly string[], kind: Kind, unit: string): string {
  if (unit === "") return "";
  const stem = kind === "compound" ? `${unit}C` : unit;
  const used = new Set(taken);
  for (let n = 1; n < 1000; n++) {
    const code = stem + String(n).padStart(3, "0");
    if (!used.has(code)) return code;
  }
  return "";
}
