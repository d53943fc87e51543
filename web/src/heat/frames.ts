import type { Counted, Frame, HotspotCell, Hotspots } from "../api/hotspots";

/** Gives how many reports a cell has during a frame, or in all where there is none. */
export function countOf(c: HotspotCell, frame: number | null): Counted {
  if (frame === null) return c.properties.suppressed ? null : (c.properties.count ?? 0);
  const n = c.properties.counts?.[frame];
  return n === undefined ? 0 : n;
}

/** Gives the numbers that are shown of an answer, over all of its frames. */
export function numbersOf(h: Hotspots): number[] {
  const out: number[] = [];
  for (const c of h.features) {
    const row = h.frames === undefined ? [countOf(c, null)] : (c.properties.counts ?? []);
    for (const n of row) if (n !== null && n > 0) out.push(n);
  }
  return out;
}

/** Reports whether numbers of an answer are too small to be shown. */
export function hidesSome(h: Hotspots): boolean {
  return h.features.some((c) => c.properties.suppressed || c.properties.counts?.includes(null));
}

/** Cuts the frames off before the first report: an archive begins some time. */
export function withoutEmptyStart(h: Hotspots): Hotspots {
  const { frames } = h;
  if (frames === undefined) return h;
  const first = Math.min(Math.max(frames.findIndex((f) => f.total !== 0), 0), frames.length - 1);
  if (first === 0) return h;
  return {
    ...h,
    from: frames[first]?.from ?? h.from,
    frames: frames.slice(first),
    features: h.features.map((c) => ({ ...c, properties: { ...c.properties, counts: (c.properties.counts ?? []).slice(first) } })),
  };
}

/** Gives the name of a frame in an address: the day it begins by the district's calendar, without the day where it is a month. */
export function frameName(f: Frame, step: "month" | "week", timeZone: string): string {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date(f.from));
  return step === "month" ? day.slice(0, 7) : day;
}

/** Gives the middle of a hexagon. */
export function middleOf(c: HotspotCell): [number, number] {
  const ring = (c.geometry.coordinates[0] ?? []).slice(1);
  const sum = ring.reduce(([x, y], [lon, lat]) => [x + lon, y + lat], [0, 0]);
  return [sum[0] / ring.length, sum[1] / ring.length];
}

const earthKm = 6371.0088;

/** Gives the size of a hexagon in km²: H3's differ by half from place to place. */
export function km2Of(c: HotspotCell): number {
  const ring = c.geometry.coordinates[0] ?? [];
  const degree = (Math.PI / 180) * earthKm;
  const [lon0, lat0] = middleOf(c);
  let twice = 0;
  for (let i = 1; i < ring.length; i++) {
    const [lon1 = 0, lat1 = 0] = ring[i - 1] ?? [];
    const [lon2 = 0, lat2 = 0] = ring[i] ?? [];
    twice += (lon1 - lon0) * (lat2 - lat0) - (lon2 - lon0) * (lat1 - lat0);
  }
  return (Math.abs(twice) / 2) * degree ** 2 * Math.cos((lat0 * Math.PI) / 180);
}
