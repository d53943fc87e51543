/** A place on the spherical Mercator square, west to east and north to south from 0 to 1. */
export type Spot = readonly [x: number, y: number];

/** Projects a position in degrees. Formula: Snyder, Map Projections, USGS PP 1395, eq. 7-1 and 7-2. */
export function project(lon: number, lat: number): Spot {
  const sin = Math.sin((lat * Math.PI) / 180);
  return [(lon + 180) / 360, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

/** Gives the latitude of a height on the square, in degrees. */
export function latitudeOf(y: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}

/** A picture's part of the square: where its corner lies, and how many units of the picture one side of the square has. */
export interface Frame {
  width: number;
  height: number;
  west: number;
  north: number;
  scale: number;
}

/** The share of the picture that is left free around what it is about. */
const rim = 0.08;

/** Fits a box (west, south, east, north, in degrees) into a picture of a size, with room around it. */
export function frameOf([w, s, e, n]: readonly [number, number, number, number], width: number, height: number): Frame {
  const [left, bottom] = project(w, s);
  const [right, top] = project(e, n);
  // A box without size, as of damaged data, must not be magnified without end.
  const least = 1e-8;
  const scale = Math.min((width * (1 - 2 * rim)) / Math.max(right - left, least), (height * (1 - 2 * rim)) / Math.max(bottom - top, least));
  return { width, height, scale, west: (left + right) / 2 - width / scale / 2, north: (top + bottom) / 2 - height / scale / 2 };
}

/** Gives where a place of the square is in the picture. */
export function inFrame(f: Frame, [x, y]: Spot): [number, number] {
  return [(x - f.west) * f.scale, (y - f.north) * f.scale];
}

/** The box of the picture in degrees: west, south, east, north. */
export function boxOfFrame(f: Frame): [number, number, number, number] {
  const east = f.west + f.width / f.scale;
  const south = f.north + f.height / f.scale;
  return [f.west * 360 - 180, latitudeOf(south), east * 360 - 180, latitudeOf(f.north)];
}

/** Metres on the ground along one unit of the picture, in its middle. */
export function metresPerUnit(f: Frame): number {
  const lat = latitudeOf(f.north + f.height / f.scale / 2);
  return (40_075_016.7 * Math.cos((lat * Math.PI) / 180)) / f.scale;
}

/** A length for a scale bar: a round number of metres that takes at most so many units of the picture. */
export function scaleBar(f: Frame, atMost: number): { metres: number; units: number } {
  const each = metresPerUnit(f);
  const most = each * atMost;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = ([5, 2, 1].find((k) => k * power <= most) ?? 1) * power;
  return { metres, units: metres / each };
}

/** A tile by zoom, column and row. */
export interface Tile {
  z: number;
  x: number;
  y: number;
}

/** Gives the tiles that a picture needs: of the deepest zoom, up to the one given, at which they are no more than so many across. */
export function tilesOf(f: Frame, deepest: number, across: number): Tile[] {
  const wide = f.width / f.scale;
  const z = Math.max(0, Math.min(deepest, Math.floor(Math.log2(across / wide))));
  const n = 2 ** z;
  const out: Tile[] = [];
  for (let y = Math.floor(f.north * n); y <= Math.floor((f.north + f.height / f.scale) * n); y++) {
    for (let x = Math.floor(f.west * n); x <= Math.floor((f.west + wide) * n); x++) out.push({ z, x, y });
  }
  return out;
}
