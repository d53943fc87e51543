import { roundDown } from "./breaks";

/** The side of a square that counts as one place, in degrees: some hundred metres at the district's latitude. */
const lonStep = 0.00124;
const latStep = 0.0009;

/** Gives how many reports a place has that is among the fullest: of a hundred reports, twelve lie at fuller ones. At least 3. */
export function density(points: readonly (readonly [number, number])[]): number {
  const places = new Map<string, number>();
  for (const [lon, lat] of points) {
    const key = `${Math.floor(lon / lonStep)}/${Math.floor(lat / latStep)}`;
    places.set(key, (places.get(key) ?? 0) + 1);
  }
  let left = points.length * 0.12;
  for (const n of [...places.values()].sort((a, b) => b - a)) {
    left -= n;
    if (left < 0) return Math.max(3, roundDown(n));
  }
  return 3;
}
