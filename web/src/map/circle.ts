/** Gives the outline of a circle on the ground: the centre in degrees, the radius in metres. */
export function circle(lon: number, lat: number, radiusM: number): [number, number][] {
  const degree = 111_320;
  const dLat = radiusM / degree;
  const dLon = radiusM / (degree * Math.cos((lat * Math.PI) / 180));
  return Array.from({ length: 65 }, (_, i) => {
    const a = ((i % 64) / 64) * 2 * Math.PI;
    return [lon + dLon * Math.cos(a), lat + dLat * Math.sin(a)];
  });
}
