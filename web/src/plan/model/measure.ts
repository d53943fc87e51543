import { eachSide } from "./outline";
import type { Outline } from "./types";

// The ellipsoid of WGS 84, EPSG:7030.
const major = 6378137.0;
const flat = 1 / 298.257223563;
const ecc2 = flat * (2 - flat);
const ecc = Math.sqrt(ecc2);

const rad = Math.PI / 180;
const step = 1e-7;

/**
 * Snyder's q: twice the area, on an ellipsoid of semi-major axis 1, between the
 * equator and a latitude in degrees, per radian of longitude (J. P. Snyder, Map
 * Projections: A Working Manual, USGS 1395, eq. 3-12).
 */
function zoneQ(lat: number): number {
  const sin = Math.sin(lat * rad);
  return (1 - ecc2) * (sin / (1 - ecc2 * sin * sin) + Math.atanh(ecc * sin) / ecc);
}

/** Sums up what sides contribute to areas: those of a closed ring make its area in square metres, counter-clockwise positive. Sums of chains of sides may be compared where the chains have the same ends. */
export class AreaSum {
  private readonly q0: number;
  private sum = 0;
  private lastLat = NaN;
  private lastQ = 0;

  /** Counts from a latitude near the sides, in 1e-7 degrees, so that small rings lose no digits. */
  constructor(nearLat: number) {
    this.q0 = zoneQ(nearLat * step);
  }

  /** Adds the side from a to b, in 1e-7 degrees, straight in lon/lat: by Simpson's rule along it. */
  add(aLon: number, aLat: number, bLon: number, bLat: number): void {
    const qa = aLat === this.lastLat ? this.lastQ : zoneQ(aLat * step) - this.q0;
    const qb = zoneQ(bLat * step) - this.q0;
    const mid = zoneQ(((aLat + bLat) / 2) * step) - this.q0;
    this.sum -= ((bLon - aLon) * step * (qa + 4 * mid + qb)) / 6;
    this.lastLat = bLat;
    this.lastQ = qb;
  }

  get m2(): number {
    return (this.sum * rad * major * major) / 2;
  }
}

/** Gives the area of an outline in square metres on the ellipsoid of WGS 84, as the server measures it. */
export function areaM2(outline: Outline): number {
  const first = outline[0]?.[0];
  if (first === undefined || first.length === 0) return 0;
  const sum = new AreaSum(first[1] as number);
  eachSide(outline, (aLon, aLat, bLon, bLat) => sum.add(aLon, aLat, bLon, bLat));
  return sum.m2;
}
