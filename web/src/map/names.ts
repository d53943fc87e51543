import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { Kind } from "../api/types";
import { labelSpot, type Box, type Spot } from "./label";
import type { Cover } from "./cover";
import { shownFrom, tileLayers } from "./style";

interface Named {
  code: string;
  kind: Kind;
  name: string;
  nameEn: string | undefined;
  spot: Spot;
}

/** Half of what a name takes, in pixels: so far from the rim its middle stays. */
const rim = { x: 40, y: 14 };

/**
 * Writes every area's name once, where the part of it that is in view has most
 * room. Names on the polygons of tiles would stand once in every tile.
 */
export class Names {
  private placed = new Map<string, Named>();
  private level = NaN;
  /** What is written now. */
  private written = "";

  constructor(
    private readonly map: MapLibre,
    private readonly text: (n: { name: string; name_en?: string | undefined }) => string,
    private readonly isHidden: (kind: Kind) => boolean,
    private readonly cover: () => Cover,
  ) {}

  /** Places the names anew for what is in view and loaded. Names that still stand well stay where they are. */
  update(): void {
    const zoom = this.map.getZoom();
    const view = this.view();
    const level = Math.round(zoom * 2);
    const kept = level === this.level ? this.placed : new Map<string, Named>();
    this.level = level;
    this.placed = new Map();
    for (const kind of Object.keys(shownFrom) as Kind[]) {
      const { names, namesUntil } = shownFrom[kind];
      if (zoom >= names && zoom < namesUntil && !this.isHidden(kind)) this.collect(kind, view, kept);
    }
    this.write();
  }

  /** The box of the map that no card covers. */
  private view(): Box {
    const { clientWidth: w, clientHeight: h } = this.map.getContainer();
    const c = this.cover();
    const nw = this.map.unproject([c.left + rim.x, c.top + rim.y]);
    const se = this.map.unproject([Math.max(w - c.right - rim.x, c.left + rim.x + 1), Math.max(h - c.bottom - rim.y, c.top + rim.y + 1)]);
    return [nw.lng, se.lat, se.lng, nw.lat];
  }

  /** Writes the names again, in the language there is now. */
  write(): void {
    const source = this.map.getSource<GeoJSONSource>("names");
    if (source === undefined) return;
    const data: GeoJSON.FeatureCollection = {
      type: "FeatureCollection",
      features: [...this.placed.values()].map((n) => ({
        type: "Feature",
        geometry: { type: "Point", coordinates: [n.spot.lon, n.spot.lat] },
        properties: { kind: n.kind, name: this.text({ name: n.name, name_en: n.nameEn }), width: n.spot.width },
      })),
    };
    // To write the same again would draw all the map anew.
    const text = JSON.stringify(data);
    if (text === this.written) return;
    this.written = text;
    source.setData(data);
  }

  private collect(kind: Kind, view: Box, kept: Map<string, Named>): void {
    const { source } = tileLayers[kind];
    for (const f of this.map.querySourceFeatures(source, { sourceLayer: source })) {
      const { code, name, name_en: nameEn } = f.properties as { code: string; name: string; name_en?: string };
      const key = `${kind}:${code}`;
      const old = kept.get(key);
      if (old !== undefined && within(old.spot, view)) {
        this.placed.set(key, old);
        continue;
      }
      const polygons = f.geometry.type === "Polygon" ? [f.geometry.coordinates] : f.geometry.type === "MultiPolygon" ? f.geometry.coordinates : [];
      for (const rings of polygons) {
        const spot = labelSpot(rings, view);
        const best = this.placed.get(key);
        if (spot !== null && (best === undefined || spot.width > best.spot.width)) {
          this.placed.set(key, { code, kind, name, nameEn, spot });
        }
      }
    }
  }
}

/** Reports whether a name stands well inside the view. */
function within(s: Spot, [west, south, east, north]: Box): boolean {
  const x = (east - west) * 0.08;
  const y = (north - south) * 0.08;
  return s.lon > west + x && s.lon < east - x && s.lat > south + y && s.lat < north - y;
}
