type MultiPolygon = readonly (readonly (readonly (readonly number[])[])[])[];

/** An edge on a plane, in degrees of latitude. */
type Edge = readonly [ax: number, ay: number, bx: number, by: number];

/** How far inside a place is, negative outside. */
function depth(edges: readonly Edge[], x: number, y: number): number {
  let inside = false;
  let least = Infinity;
  for (const [ax, ay, bx, by] of edges) {
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    const dx = bx - ax;
    const dy = by - ay;
    const length2 = dx * dx + dy * dy;
    const along = length2 === 0 ? 0 : Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length2, 0), 1);
    const ex = x - ax - along * dx;
    const ey = y - ay - along * dy;
    least = Math.min(least, ex * ex + ey * ey);
  }
  return (inside ? 1 : -1) * Math.sqrt(least);
}

/**
 * Gives the place of an area that is farthest from its edges, to a hundredth of
 * the area's size, on the lattice of positions (1e-7 degrees): where a pin
 * stands for the whole. Null where there is none, as in an area without size.
 *
 * Method: squares that may hold a better place are quartered (V. Agafonkin,
 * "A new algorithm for finding a visual center of a polygon", 2016).
 */
export function innerPoint(area: MultiPolygon): { lon: number; lat: number } | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon = 0, lat = 0] of area.flatMap((p) => p[0] ?? [])) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  const across = Math.cos(((south + north) / 2 / 180) * Math.PI);
  const edges: Edge[] = [];
  for (const ring of area.flat()) {
    for (let i = 1; i < ring.length; i++) {
      const [ax = 0, ay = 0] = ring[i - 1] ?? [];
      const [bx = 0, by = 0] = ring[i] ?? [];
      edges.push([ax * across, ay, bx * across, by]);
    }
  }
  const [w, h] = [(east - west) * across, north - south];
  const size = Math.min(w, h);
  if (!(size > 0)) return null;
  let best = { x: 0, y: 0, far: 0 };
  const open: { x: number; y: number; half: number; most: number }[] = [];
  const look = (x: number, y: number, half: number) => {
    const far = depth(edges, x, y);
    if (far > best.far) best = { x, y, far };
    open.push({ x, y, half, most: far + half * Math.SQRT2 });
  };
  const half = size / 2;
  for (let x = west * across; x < east * across; x += size) {
    for (let y = south; y < north; y += size) look(x + half, y + half, half);
  }
  for (let at = 0; at < open.length; at++) {
    const c = open[at];
    if (c === undefined || c.most - best.far <= size / 100) continue;
    for (const [dx, dy] of [[-1, -1], [1, -1], [-1, 1], [1, 1]] as const) look(c.x + (dx * c.half) / 2, c.y + (dy * c.half) / 2, c.half / 2);
  }
  if (best.far === 0) return null;
  return { lon: Math.round((best.x / across) * 1e7) / 1e7, lat: Math.round(best.y * 1e7) / 1e7 };
}

/** Reports whether a position lies in an area, holes left out: the even-odd rule over all rings. */
export function isInside(area: MultiPolygon, lon: number, lat: number): boolean {
  let inside = false;
  for (const ring of area.flat()) {
    for (let i = 1; i < ring.length; i++) {
      const [ax = 0, ay = 0] = ring[i - 1] ?? [];
      const [bx = 0, by = 0] = ring[i] ?? [];
      if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside;
    }
  }
  return inside;
}
