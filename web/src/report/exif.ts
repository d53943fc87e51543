import type { LonLat } from "./inside";
import { onLattice } from "./position";

/** A photo older than this many days tells nothing of when the hazard was seen. */
const oldestDays = 366;

/** Gives the time of a photo as RFC 3339 where it can be true: not in the future, and within a year. */
export function plausible(taken: unknown, now: number): string | null {
  if (!(taken instanceof Date)) return null;
  const at = taken.getTime();
  // Clocks differ by a little; what is then ahead of ours was just now.
  if (!(at <= now + 120_000 && at >= now - oldestDays * 86_400_000)) return null;
  return new Date(Math.min(at, now)).toISOString();
}

/** Loads the reader of metadata, so that it is there when a photo is picked. */
export function loadReader(): Promise<typeof import("exifr/dist/lite.esm.mjs")> {
  return import("exifr/dist/lite.esm.mjs");
}

/** Reads where and when a photo was taken, as far as it says. JPEG and HEIC; it has to be the file as the camera made it. */
export async function metadata(file: Blob): Promise<{ place: LonLat | null; takenAt: string | null }> {
  const nothing = { place: null, takenAt: null };
  try {
    const { parse } = await loadReader();
    const tags: unknown = await parse(file, { gps: true, exif: ["DateTimeOriginal", "CreateDate"], tiff: false, xmp: false, icc: false, iptc: false });
    if (typeof tags !== "object" || tags === null) return nothing;
    const t: Record<string, unknown> = { ...tags };
    const { longitude: lon, latitude: lat } = t;
    const there = typeof lon === "number" && typeof lat === "number" && Number.isFinite(lon) && Number.isFinite(lat) && (lon !== 0 || lat !== 0);
    return { place: there ? onLattice({ lon, lat }) : null, takenAt: plausible(t.DateTimeOriginal ?? t.CreateDate, Date.now()) };
  } catch {
    // No metadata, or none that can be read: the photo is as good without.
    return nothing;
  }
}
