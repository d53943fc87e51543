import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import type { BaseMap } from "../api/app";
import type { Kind } from "../api/types";
import type { Palette } from "./palette";
import { baseSource, byZoom, lineWidths, shownFrom, tileLayers } from "./style";

/** Kinds whose lines stand out from a base map by a seam of the ground's colour; villages do by night alone, as a white seam would make them the heaviest. */
export const seamKinds: Kind[] = ["village", "grid", "township", "district"];
export const seamLayer = (kind: Kind): string => `basemap-seam-${kind}`;

const oneOf = (property: string, ...values: string[]): ExpressionSpecification => ["in", ["to-string", ["get", property]], ["literal", values]];
const polygon: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const line: ExpressionSpecification = ["==", ["geometry-type"], "LineString"];

/**
 * The quiet parts of a vector base map. Layers have the names of OpenMapTiles
 * (https://openmaptiles.org/schema/) or of Protomaps
 * (https://docs.protomaps.com/basemaps/layers); those a map has not draw nothing.
 */
function vectorLayers(p: Palette): LayerSpecification[] {
  const fill = (id: string, layer: string, color: string, filter: ExpressionSpecification, minzoom = 0): LayerSpecification => ({
    id: `basemap-${id}`, type: "fill", source: baseSource, "source-layer": layer, minzoom, filter, paint: { "fill-color": color },
  });
  const stroke = (id: string, layer: string, color: string, widths: number[], filter: ExpressionSpecification, minzoom = 0): LayerSpecification => ({
    id: `basemap-${id}`, type: "line", source: baseSource, "source-layer": layer, minzoom, filter: ["all", line, filter],
    layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": color, "line-width": byZoom(...widths) },
  });
  const minor = [12, 0.5, 14, 1.2, 16, 5];
  const middle = [9, 0.5, 13, 1.6, 16, 6];
  const major = [6, 0.5, 9, 1, 13, 2.4, 16, 8];
  const green = ["park", "forest", "wood", "grass", "nature_reserve", "cemetery", "golf_course", "grassland", "scrub"];
  return [
    fill("earth", "earth", p.land, polygon),
    fill("landcover", "landcover", p.green, ["all", polygon, ["any", oneOf("class", "wood", "grass", "forest"), oneOf("kind", ...green)]]),
    fill("landuse", "landuse", p.green, ["all", polygon, ["any", oneOf("class", "cemetery", "park"), oneOf("kind", ...green)]]),
    fill("park", "park", p.green, polygon),
    fill("water", "water", p.water, polygon),
    stroke("waterway", "waterway", p.water, [8, 0.5, 12, 1.4, 16, 5], oneOf("class", "river", "canal", "stream")),
    stroke("stream", "water", p.water, [8, 0.5, 12, 1.4, 16, 5], oneOf("kind", "river", "canal", "stream")),
    fill("building", "building", p.houses, polygon, 13),
    fill("buildings", "buildings", p.houses, polygon, 13),
    stroke("way-minor", "transportation", p.track, minor, oneOf("class", "minor", "service", "track"), 12),
    stroke("way-middle", "transportation", p.road, middle, oneOf("class", "secondary", "tertiary"), 9),
    stroke("way-major", "transportation", p.roadMain, major, oneOf("class", "motorway", "trunk", "primary")),
    stroke("road-minor", "roads", p.track, minor, oneOf("kind", "minor_road"), 12),
    stroke("road-middle", "roads", p.road, middle, oneOf("kind", "medium_road"), 9),
    stroke("road-major", "roads", p.roadMain, major, oneOf("kind", "highway", "major_road")),
  ];
}

/** Pictures made quiet: paler by day, dimmed by night, so that boundaries and names stand out. */
function rasterLayers(dark: boolean): LayerSpecification[] {
  const paint = dark
    ? { "raster-brightness-max": 0.38, "raster-saturation": -0.3 }
    : { "raster-brightness-max": 1, "raster-saturation": -0.25 };
  return [{ id: "basemap-pictures", type: "raster", source: baseSource, paint: { ...paint, "raster-fade-duration": 0 } }];
}

function seams(p: Palette, dark: boolean): LayerSpecification[] {
  return seamKinds.map((kind): LayerSpecification => {
    const { source } = tileLayers[kind];
    return {
      id: seamLayer(kind), type: "line", source, "source-layer": source, minzoom: shownFrom[kind].lines,
      layout: { "line-join": "round", visibility: "none" },
      paint: { "line-color": p.halo, "line-opacity": kind === "village" ? (dark ? 0.6 : 0) : 0.75, "line-width": byZoom(...lineWidths[kind].map((w, i) => (i % 2 === 0 ? w : w + 2))) },
    };
  });
}

/** The layers of the base map and what our lines need over it, the lowest first. */
export function baseLayers(b: BaseMap, p: Palette, dark: boolean): LayerSpecification[] {
  return [...(b.kind === "raster" ? rasterLayers(dark) : vectorLayers(p)), ...seams(p, dark)];
}
