import { boxOf } from "../map/box";

/** Gives the box around shapes, with a little room; null around none. */
export function boxAround(shapes: readonly (readonly number[][][][])[]): [number, number, number, number] | null {
  const all = shapes.flat();
  if (all.length === 0) return null;
  const [w, s, e, n] = boxOf(all);
  // A sliver alone would be magnified until nothing around it is seen.
  const room = Math.max(0.002, (e - w) * 0.1, (n - s) * 0.1);
  return [w - room, s - room, e + room, n + room];
}
