import { effect } from "@preact/signals";
import { addProtocol, type SourceSpecification } from "maplibre-gl";
import type { BaseMap } from "../api/app";
import { app } from "../state/app";
import { baseMap, baseMapAnswers, baseMapShown } from "../state/basemap";
import { hidden } from "../state/store";
import { fetchBaseTile } from "./basefetch";
import { baseLayers, seamKinds, seamLayer } from "./baselayers";
import type { GridMap } from "./gridmap";
import { baseSource, litLayer } from "./style";

const protocol = "basemap";

addProtocol(protocol, (request, abort) => fetchBaseTile(request.url.slice(`${protocol}:/`.length), abort.signal));

/** The box in which the server fetches tiles: as far again on every side as the district is wide and high. */
function around(bounds: [number, number, number, number] | null): { bounds?: [number, number, number, number] } {
  if (bounds === null) return {};
  const [w, s, e, n] = bounds;
  return { bounds: [Math.max(2 * w - e, -180), Math.max(2 * s - n, -85), Math.min(2 * e - w, 180), Math.min(2 * n - s, 85)] };
}

function source(b: BaseMap, bounds: [number, number, number, number] | null): SourceSpecification {
  const common = { tiles: [`${protocol}:/${b.tiles}`], minzoom: b.min_zoom, maxzoom: b.max_zoom, ...around(bounds) };
  return b.kind === "raster" ? { type: "raster", tileSize: b.tile_size, ...common } : { type: "vector", ...common };
}

/**
 * Draws the outside base map under everything else on the map while there is
 * one and it is switched on, until the function that is given is called. Where
 * it does not answer, the map's own ground is seen.
 */
export function followBaseMap(map: GridMap): () => void {
  let erase: (() => void) | null = null;
  let wasAway = false;
  const ends = [
    effect(() => {
      const b = baseMap.value;
      erase?.();
      erase =
        b === null
          ? null
          : map.draw({
              sources: { [baseSource]: source(b, app.peek()?.bounds ?? null) },
              layers: (p, dark) => baseLayers(b, p, dark),
              below: litLayer("district", "fill"),
            });
    }),
    effect(() => {
      const shown = baseMapShown.value;
      map.setCovered(shown ? (baseMap.value?.kind ?? null) : null);
      for (const kind of seamKinds) map.setVisible(seamLayer(kind), shown && !hidden.value.some((n) => n === kind));
    }),
    effect(() => {
      const answers = baseMapAnswers.value;
      // What could not be had meanwhile is asked for again.
      if (wasAway && answers === true && map.map.getSource(baseSource) !== undefined) map.map.refreshTiles(baseSource);
      wasAway = answers === false;
    }),
  ];
  return () => {
    for (const end of ends) end();
    erase?.();
  };
}
