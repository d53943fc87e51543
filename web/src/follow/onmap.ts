import { gridMap } from "../map/handle";
import { cover } from "../map/cover";

/** Shows on the map, where there is one, the place of a report, and goes there; until the function that is given is called. Degrees. */
export function showPlace(lon: number, lat: number): () => void {
  const map = gridMap.value;
  if (map === null) return () => undefined;
  const end = map.draw({
    sources: { "follow-place": { type: "geojson", data: { type: "Point", coordinates: [lon, lat] } } },
    layers: (p) => [
      { id: "follow-place-ring", type: "circle", source: "follow-place", paint: { "circle-radius": 18, "circle-color": p.accent, "circle-opacity": 0.18 } },
      { id: "follow-place", type: "circle", source: "follow-place", paint: { "circle-radius": 7, "circle-color": p.accent, "circle-stroke-width": 2.5, "circle-stroke-color": p.halo } },
    ],
  });
  // Nothing is chosen on this map: it shows the one place.
  const free = map.takeClicks(() => true);
  const frame = requestAnimationFrame(() => map.goTo(lon, lat, 14.5, cover()));
  return () => {
    cancelAnimationFrame(frame);
    free();
    end();
  };
}
