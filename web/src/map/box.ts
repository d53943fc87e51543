/** Gives the box of a multipolygon: west, south, east, north, in degrees. */
export function boxOf(polygons: readonly number[][][][]): [number, number, number, number] {
  const box: [number, number, number, number] = [180, 90, -180, -90];
  for (const p of polygons) {
    for (const [lon = 0, lat = 0] of p[0] ?? []) {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
  }
  return box;
}
