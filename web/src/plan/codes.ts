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

/** Proposes a code that differs from another in its last three digits and is not taken; empty where there is none. */
export function freeLike(code: string, taken: readonly string[]): string {
  const used = new Set(taken);
  const stem = code.slice(0, -3);
  for (let n = 1; n < 1000; n++) {
    const next = stem + String(n).padStart(3, "0");
    if (!used.has(next)) return next;
  }
  return "";
}

/** Proposes a name for what is like another: its number counted on, or else a number after it. */
export function nextName(name: string, taken: readonly string[]): string {
  const used = new Set(taken);
  const [, before = "", digits, after = ""] = /^(.*?)(\d+)(\D*)$/.exec(name) ?? [];
  for (let n = digits === undefined ? 2 : Number(digits) + 1; ; n++) {
    const next = digits === undefined ? `${name}（${n}）` : `${before}${String(n).padStart(digits.length, "0")}${after}`;
    if (!used.has(next)) return next;
  }
}
