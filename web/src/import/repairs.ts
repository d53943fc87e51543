import { isKind, type Kind } from "../api/types";

/** What may be mended without asking for another file. */
export interface Repairs {
  closeRings: boolean;
  makeValid: boolean;
  /** Metres; null for not. */
  snapM: number | null;
  alignTo: { kind: Kind; metres: number } | null;
}

const metresOf = (text: string | undefined): number | null => {
  const m = /^(\d+(?:\.\d+)?)m$/.exec(text ?? "");
  return m === null ? null : Number(m[1]);
};

/** Reads repairs as the server names them; what is not known is left out. */
export function parseRepairs(names: readonly string[]): Repairs {
  const r: Repairs = { closeRings: false, makeValid: false, snapM: null, alignTo: null };
  for (const name of names) {
    const [what, how] = name.split("=");
    if (name === "close-rings") r.closeRings = true;
    else if (name === "make-valid") r.makeValid = true;
    else if (what === "snap") r.snapM = metresOf(how);
    else if (what === "align-to") {
      const [kind = "", distance] = (how ?? "").split(",");
      const metres = metresOf(distance);
      if (isKind(kind) && metres !== null) r.alignTo = { kind, metres };
    }
  }
  return r;
}

/** Names repairs as the server does. */
export function formatRepairs(r: Repairs): string[] {
  return [
    ...(r.closeRings ? ["close-rings"] : []),
    ...(r.makeValid ? ["make-valid"] : []),
    ...(r.snapM === null ? [] : [`snap=${r.snapM}m`]),
    ...(r.alignTo === null ? [] : [`align-to=${r.alignTo.kind},${r.alignTo.metres}m`]),
  ];
}

/** Adds a repair to those that are made; one of the same sort takes its place. */
export function withRepair(repair: readonly string[], name: string): string[] {
  const sort = (n: string) => n.split("=")[0];
  return [...repair.filter((r) => sort(r) !== sort(name)), name];
}

/** The sort of a repair, for words. */
export function repairSort(name: string): string {
  return name.split("=")[0] ?? name;
}
