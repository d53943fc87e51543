import type { Analysis, Exposure, HotspotCell, Hotspots } from "../api/hotspots";
import { classAt, type Class } from "./breaks";
import { countOf } from "./frames";
import type { Colouring } from "./question";

/** How a hexagon stands out of the district: with significantly more or fewer, or not. */
export type Standing = "hot" | "cold" | "plain";
/** All of them, in the order of their classes. */
export const standings = ["cold", "plain", "hot"] as const satisfies Standing[];

/** The smallest number of households that the server gives a rate for. */
export const leastHouseholds = 20;

/** The fewest hours on patrol that the server gives a rate for. */
export const leastHours = 1;

/** The class of hexagons with too few reports to say, and that of those without a rate or statistics. */
export const fewClass = -1;
export const withoutClass = -2;

/** Gives how a hexagon stands out; null where there are no statistics of it. */
export function standingOf({ properties: p }: HotspotCell): Standing | null {
  if (p.significant === undefined || p.z_score === undefined) return null;
  if (!p.significant) return "plain";
  return p.z_score > 0 ? "hot" : "cold";
}

/**
 * Reports whether reports are so few, less than one to a cell, that only the
 * strongest clusters can be told from chance (docs/hotspots.md, "Few reports").
 */
export function tooFew(a: Analysis): boolean {
  return a.reports < a.cells;
}

/**
 * Gives how many reports per 1,000 households a hexagon has during a frame, or
 * in all where there is none: null where there are too few reports to say,
 * undefined where there are too few households.
 */
export function rateOf(c: HotspotCell, frame: number | null): number | null | undefined {
  const n = countOf(c, frame);
  if (n === null) return null;
  const { rate, households } = c.properties;
  if (frame === null || rate === undefined) return rate;
  return households === undefined ? undefined : (1000 * n) / households;
}

/** Gives an answer whose rates are what reports are held against: by patrol hour those take the place of the ones by household. */
export function heldAgainst(h: Hotspots, exposure: Exposure | undefined): Hotspots {
  if (exposure !== "patrol_hour") return h;
  return {
    ...h,
    features: h.features.map((c) => {
      const { rate: _, per_patrol_hour, ...rest } = c.properties;
      return { ...c, properties: { ...rest, ...(per_patrol_hour === undefined ? {} : { rate: per_patrol_hour, per_patrol_hour }) } };
    }),
  };
}

/** Reports whether an answer has what rates are held against, households or patrol hours. */
export function hasRates(h: Hotspots, exposure: Exposure | null): boolean {
  return h.features.some((c) => (exposure === "patrol_hour" ? c.properties.patrol_hours : c.properties.households) !== undefined);
}

/** Gives the rates that are shown of an answer, over all of its frames. */
export function ratesOf(h: Hotspots): number[] {
  const frames = h.frames === undefined ? [null] : h.frames.map((_, i) => i);
  return h.features.flatMap((c) => frames.flatMap((f) => rateOf(c, f) ?? []).filter((r) => r > 0));
}

/** Gives the class of a hexagon during a frame; null for one that is not drawn. */
export function classOf(c: HotspotCell, frame: number | null, by: Colouring, classes: readonly Class[]): number | null {
  if (by === "significance") {
    const s = standingOf(c);
    return s === null ? withoutClass : standings.indexOf(s);
  }
  const n = countOf(c, frame);
  if (n === 0) return null;
  if (n === null) return fewClass;
  if (by === "count") return classAt(classes, n);
  const rate = rateOf(c, frame);
  return rate === null || rate === undefined ? withoutClass : classAt(classes, rate);
}

/** Gives by what hexagons are put in order: what their colour says, the most first. */
function orderOf(c: HotspotCell, frame: number | null, by: Colouring): number {
  if (by === "significance") return c.properties.z_score ?? -Infinity;
  return (by === "rate" ? rateOf(c, frame) : countOf(c, frame)) ?? 0;
}

/** Gives the hexagons with reports, those first that stand out most; those with nothing to say come last. */
export function ranked(h: Hotspots, frame: number | null, by: Colouring): HotspotCell[] {
  return h.features
    .filter((c) => countOf(c, frame) !== 0)
    .map((c) => ({ c, order: orderOf(c, frame, by), n: countOf(c, frame) ?? 0 }))
    .sort((a, b) => b.order - a.order || b.n - a.n || (a.c.id < b.c.id ? -1 : 1))
    .map(({ c }) => c);
}

/** Gives the hexagons of a frame to draw, each with its class. */
export function drawn(h: Hotspots, frame: number | null, by: Colouring, classes: readonly Class[]): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = [];
  for (const c of h.features) {
    const n = classOf(c, frame, by, classes);
    if (n !== null) features.push({ type: "Feature", geometry: c.geometry, properties: { h3: c.properties.h3, class: n } });
  }
  return { type: "FeatureCollection", features };
}
