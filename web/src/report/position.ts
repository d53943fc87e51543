import type { LonLat } from "./inside";

/** Rounds a position to the lattice that the server puts all positions on, 1e-7 degrees. */
export function onLattice({ lon, lat }: LonLat): LonLat {
  return { lon: Math.round(lon * 1e7) / 1e7, lat: Math.round(lat * 1e7) / 1e7 };
}

/**
 * Reads a position that was typed or pasted: two numbers, latitude first as
 * people and map programs write it ("43.5, 125.6", "43.5°N 125.6°E"). The
 * other order is understood wherever it cannot be meant otherwise: letters say
 * so, or a latitude beyond 90, or only so does it lie within the bounds (west,
 * south, east, north). Null where it is no position.
 */
export function parsePosition(text: string, bounds: readonly [number, number, number, number] | null): LonLat | null {
  // Full-width digits, signs and letters are what a Chinese keyboard gives.
  const plain = text.normalize("NFKC").replaceAll("、", ",").replaceAll("北纬", "N").replaceAll("东经", "E").toUpperCase();
  const numbers = [...plain.matchAll(/-?\d+(?:\.\d+)?/g)].map((m) => Number(m[0]));
  const rest = plain.replace(/-?\d+(?:\.\d+)?/g, "").replace(/[\s,;:°/NE()]/g, "");
  const [a, b, more] = numbers;
  if (a === undefined || b === undefined || more !== undefined || rest !== "") return null;
  const within = (lon: number, lat: number) => bounds === null || (lon >= bounds[0] && lat >= bounds[1] && lon <= bounds[2] && lat <= bounds[3]);
  const e = plain.indexOf("E");
  const n = plain.indexOf("N");
  const swapped = e >= 0 && n >= 0 ? e < n : Math.abs(a) > 90 || (bounds !== null && !within(b, a) && within(a, b));
  const [lon, lat] = swapped ? [a, b] : [b, a];
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? onLattice({ lon, lat }) : null;
}
