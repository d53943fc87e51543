/** The whole web map, as a ring. */
const world = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]];

/** Gives the polygon that covers all but some areas, each a multipolygon. Holes of the areas are covered again. */
export function maskOf(areas: readonly number[][][][][]): GeoJSON.Feature[] {
  const outer: number[][][] = [];
  const inner: number[][][] = [];
  for (const polygons of areas) {
    for (const [ring, ...holes] of polygons) {
      if (ring !== undefined) outer.push(ring);
      inner.push(...holes);
    }
  }
  const feature = (coordinates: number[][][]): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates } });
  return [feature([world, ...outer]), ...inner.map((h) => feature([h]))];
}
