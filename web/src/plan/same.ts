import type { Operation } from "./types";

/** Reports whether two operations are the same, members that are empty and members that are not there being alike. */
export function sameOperation(a: Operation, b: Operation): boolean {
  return same(a, b);
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => same(v, b[i]));
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const x: Record<string, unknown> = { ...a };
  const y: Record<string, unknown> = { ...b };
  return [...new Set([...Object.keys(x), ...Object.keys(y)])].every((k) => same(x[k] ?? "", y[k] ?? ""));
}
