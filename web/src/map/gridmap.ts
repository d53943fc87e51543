import { Map as MapLibre, Marker, ScaleControl, setWorkerCount, type GeoJSONSource, type LayerSpecification, type SourceSpecification, type StyleSpecification } from "maplibre-gl";
import type { Kind, Ref } from "../api/types";
import type { Camera, LayerName } from "../state/url";
import { circle } from "./circle";
import { cover, type Cover } from "./cover";
import { Names } from "./names";
import { palette, type Palette } from "./palette";
import { baseSource, groundNames, litLayer, mapStyle, onlyCode, switchOf, tileLayers, type World } from "./style";

/** What the page gives the map and hears from it. */
export interface GridMapOptions {
  container: HTMLElement;
  /** West, south, east, north; null before the first publish. */
  bounds: [number, number, number, number] | null;
  camera: Camera | null;
  hidden: readonly LayerName[];
  /** Whose boundaries are shown, where not those in force. */
  world?: World;
  /** What covers the map's rims, where not the cards of the page. */
  cover?: () => Cover;
  texts: Record<string, string>;
  nameOf: (n: { name: string; name_en?: string | undefined }) => string;
  onPick: (lon: number, lat: number) => void;
  onMove: (c: Camera) => void;
  onTrouble: (status: number | null) => unknown;
}

/** What a screen draws on the map beside the map's own. Ids begin with the screen's name. */
export interface Overlay {
  sources: Record<string, SourceSpecification>;
  /** The layers in the colours of the surroundings, the lowest first. */
  layers: (p: Palette, dark: boolean) => LayerSpecification[];
  /** Pictures its layers name, drawn at twice their size. */
  images?: (p: Palette) => Record<string, ImageData>;
  /** The layer of the map they lie under; without it under the names, with null over all. */
  below?: string | null;
}

/** A click on the map: where, and what of the asked layers is there, the topmost first. */
export interface Click {
  lon: number;
  lat: number;
  features: (...layers: string[]) => { layer: string; properties: Record<string, unknown> }[];
}

/** The sources of the areas. */
const areaSources: ReadonlySet<string> = new Set(Object.values(tileLayers).map((l) => l.source));

const calm = matchMedia("(prefers-reduced-motion: reduce)");

const darkness = matchMedia("(prefers-color-scheme: dark)");

/** The map on the page: draws, lights what is chosen, and says where people point. */
export class GridMap {
  /** The map library's own map, for what the methods here do not offer. */
  readonly map: MapLibre;
  private readonly names: Names;
  private readonly pin: Marker;
  private hidden: readonly LayerName[];
  private lit: Ref | null = null;
  private covered: "raster" | "vector" | null = null;
  private pinned: { lon: number; lat: number } | null = null;
  private removed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly overlays: Overlay[] = [];
  private readonly takers: ((c: Click) => boolean)[] = [];
  /** Called when the map goes. */
  readonly onRemove = new Set<() => void>();
  /** Settles when layers can be added. */
  private readonly ready: Promise<void>;

  /** Throws without WebGL2; ask canDrawMap first. */
  constructor(private readonly o: GridMapOptions) {
    this.hidden = o.hidden;
    setWorkerCount(1);
    const [w, s, e, n] = o.bounds ?? [73, 18, 135, 54];
    this.map = new MapLibre({
      container: o.container,
      style: this.style(darkness.matches),
      ...(o.camera === null ? { bounds: [w, s, e, n], fitBoundsOptions: { padding: { top: 80, right: 24, bottom: 80, left: 24 } } } : { center: [o.camera.lon, o.camera.lat], zoom: o.camera.zoom }),
      minZoom: 6,
      maxZoom: 19,
      maxPitch: 0,
      dragRotate: false,
      pitchWithRotate: false,
      attributionControl: false,
      fadeDuration: calm.matches ? 0 : 150,
      localIdeographFontFamily: '"Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif',
      locale: o.texts,
    });
    this.map.touchZoomRotate.disableRotation();
    // Two fingers side by side move the map: a map that is never tilted would stand still.
    this.map.touchPitch.disable();
    this.map.keyboard.disableRotation();
    this.map.addControl(new ScaleControl({ maxWidth: 110, unit: "metric" }), "bottom-left");
    this.names = new Names(this.map, o.nameOf, (k) => this.hidden.includes(k as LayerName), o.cover ?? cover);
    const mark = document.createElement("div");
    mark.className = "pin";
    this.pin = new Marker({ element: mark, anchor: "bottom" });
    this.ready = new Promise((resolve) => this.map.once("style.load", () => resolve()));
    this.listen();
  }

  /**
   * Draws what a screen has to draw, until the function that is given is
   * called. The data of its sources is changed with setData.
   */
  draw(o: Overlay): () => void {
    const { map } = this;
    let gone = false;
    void this.ready.then(() => {
      if (gone) return;
      for (const [id, source] of Object.entries(o.sources)) map.addSource(id, source);
      this.addImages(o);
      const names = map.getStyle().layers.find((l) => l.id.startsWith("names-"))?.id;
      for (const layer of o.layers(palette(darkness.matches), darkness.matches)) map.addLayer(layer, o.below === null ? undefined : (o.below ?? names));
      this.overlays.push(o);
    });
    return () => {
      gone = true;
      const i = this.overlays.indexOf(o);
      if (i < 0 || this.removed) return;
      this.overlays.splice(i, 1);
      for (const { id } of o.layers(palette(false), false)) map.removeLayer(id);
      for (const id of Object.keys(o.sources)) map.removeSource(id);
    };
  }

  private addImages(o: Overlay): void {
    for (const [id, image] of Object.entries(o.images?.(palette(darkness.matches)) ?? {})) {
      if (this.map.hasImage(id)) this.map.updateImage(id, image);
      else this.map.addImage(id, image, { pixelRatio: 2 });
    }
  }

  /** Gives a GeoJSON source of an overlay other data; it waits until the source is there. */
  setData(source: string, data: GeoJSON.FeatureCollection): void {
    void this.ready.then(() => {
      if (!this.removed) this.map.getSource<GeoJSONSource>(source)?.setData(data);
    });
  }

  /**
   * Asks first about clicks, until the function that is given is called. What
   * take does not take (false) goes on to the others, and to onPick at last.
   */
  takeClicks(take: (c: Click) => boolean): () => void {
    this.takers.unshift(take);
    return () => void this.takers.splice(this.takers.indexOf(take), 1);
  }

  private clicked(e: { point: { x: number; y: number }; lngLat: { lng: number; lat: number } }): void {
    const { x, y } = e.point;
    const near = 6; // pixels: a finger is no needle
    const click: Click = {
      lon: e.lngLat.lng,
      lat: e.lngLat.lat,
      features: (...layers) =>
        this.map
          .queryRenderedFeatures([[x - near, y - near], [x + near, y + near]], { layers: layers.filter((l) => this.map.getLayer(l) !== undefined) })
          .map((f) => ({ layer: f.layer.id, properties: f.properties })),
    };
    if (!this.takers.some((take) => take(click))) this.o.onPick(click.lon, click.lat);
  }

  private listen(): void {
    const { map, o } = this;
    map.on("click", (e) => this.clicked(e));
    map.on("moveend", () => {
      const c = map.getCenter();
      o.onMove({ zoom: map.getZoom(), lon: c.lng, lat: c.lat });
      this.placeNames();
    });
    // Not "load", which waits for every tile: an outside map may never answer.
    map.on("style.load", () => {
      this.apply();
      this.repaint();
      darkness.addEventListener("change", this.repaint);
    });
    map.on("sourcedata", (e) => {
      // Only of the areas, which have the names: other sources change often, as
      // reports do, and every time all the map would be drawn anew.
      if (e.tile !== undefined && areaSources.has(e.sourceId)) this.placeNames();
    });
    map.on("error", (e) => {
      // A picture from outside that cannot be drawn is nothing to be told of.
      if ("sourceId" in e && e.sourceId === baseSource) return;
      const status: unknown = "status" in e.error ? e.error.status : null;
      if ("sourceId" in e || typeof status === "number") o.onTrouble(typeof status === "number" ? status : null);
    });
    map.getCanvas().addEventListener("keydown", (e) => {
      if (e.key !== "Enter") return;
      const c = map.getCenter();
      o.onPick(c.lng, c.lat);
    });
  }

  private style(dark: boolean): StyleSpecification {
    return mapStyle(palette(dark), location.origin, this.o.bounds ?? undefined, this.o.world);
  }

  private placeNames(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.names.update(), 120);
  }

  private setDark(dark: boolean): void {
    for (const layer of this.style(dark).layers) this.paint(layer);
    for (const o of this.overlays) {
      this.addImages(o);
      for (const layer of o.layers(palette(dark), dark)) this.paint(layer);
    }
  }

  private readonly repaint = (): void => this.setDark(darkness.matches);

  private paint(layer: LayerSpecification): void {
    for (const [name, value] of Object.entries(layer.paint ?? {})) {
      this.map.setPaintProperty(layer.id, name as Parameters<MapLibre["setPaintProperty"]>[1], value);
    }
  }

  /** Switches layers off, and all others on. */
  setHidden(hidden: readonly LayerName[]): void {
    this.hidden = hidden;
    this.apply();
    this.placeNames();
  }

  /** Says what kind of base map lies over the map's own ground, or that none does. */
  setCovered(by: "raster" | "vector" | null): void {
    this.covered = by;
    this.apply();
  }

  /** Shows or hides a layer of an overlay, where it is there. */
  setVisible(layer: string, visible: boolean): void {
    void this.ready.then(() => {
      if (!this.removed && this.map.getLayer(layer) !== undefined) this.map.setLayoutProperty(layer, "visibility", visible ? "visible" : "none");
    });
  }

  /** Places the names anew: the cards that cover the map have changed. */
  refit(): void {
    this.placeNames();
  }

  /** Lights the outline of an area, or of none. */
  light(ref: Ref | null): void {
    this.lit = ref;
    this.apply();
  }

  private apply(): void {
    if (this.map.getLayer("background") === undefined) return;
    for (const [id, name] of switchOf) {
      // Pictures lie over our own ground and hide it; a drawn base map would mix with it.
      const doubled = this.covered !== null && (groundNames.some((n) => n === id) || (name === "ground" && this.covered === "vector"));
      this.map.setLayoutProperty(id, "visibility", doubled || this.hidden.includes(name) ? "none" : "visible");
    }
    for (const kind of Object.keys(tileLayers) as Kind[]) {
      for (const part of ["fill", "halo", "line"] as const) {
        this.map.setFilter(litLayer(kind, part), onlyCode(this.lit?.kind === kind ? this.lit.code : ""));
      }
    }
  }

  /** Writes the names in the language there is now. */
  renameAll(texts: Record<string, string>): void {
    this.map.getCanvas().setAttribute("aria-label", texts["Map.Title"] ?? "");
    this.names.write();
  }

  /** Sets the pin on a place, or takes it away. */
  setPin(at: { lon: number; lat: number } | null): void {
    this.pinned = at;
    if (at === null) this.pin.remove();
    else this.pin.setLngLat([at.lon, at.lat]).addTo(this.map);
  }

  /** Shows where the device is, with the circle it may be in. Metres. */
  setOwn(lon: number, lat: number, accuracyM: number): void {
    this.map.getSource<GeoJSONSource>("own")?.setData({
      type: "FeatureCollection",
      features: [
        { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [circle(lon, lat, accuracyM)] } },
        { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [lon, lat] } },
      ],
    });
  }

  /** Shows a box (west, south, east, north), beside what covers the map. */
  showBox([w, s, e, n]: readonly [number, number, number, number], cover: Cover): void {
    const padding = { top: cover.top + 32, right: cover.right + 32, bottom: cover.bottom + 32, left: cover.left + 32 };
    this.map.fitBounds([w, s, e, n], { padding, maxZoom: 16, duration: calm.matches ? 0 : 700 });
  }

  /** Goes to a place at a zoom, or at the present one where that is nearer. */
  goTo(lon: number, lat: number, zoom: number, cover: Cover): void {
    this.map.easeTo({
      center: [lon, lat],
      zoom: Math.max(zoom, this.map.getZoom()),
      offset: [(cover.left - cover.right) / 2, (cover.top - cover.bottom) / 2],
      duration: calm.matches ? 0 : 600,
    });
  }

  /** Moves the map as little as needed for a place to be seen beside what covers it. */
  uncover(lon: number, lat: number, cover: Cover): void {
    const p = this.map.project([lon, lat]);
    const { clientWidth: w, clientHeight: h } = this.o.container;
    const margin = 48;
    const dx = p.x < cover.left + margin ? p.x - cover.left - margin : p.x > w - cover.right - margin ? p.x - w + cover.right + margin : 0;
    const dy = p.y < cover.top + margin ? p.y - cover.top - margin : p.y > h - cover.bottom - margin ? p.y - h + cover.bottom + margin : 0;
    if (dx !== 0 || dy !== 0) this.map.panBy([dx, dy], { duration: calm.matches ? 0 : 300 });
  }

  /** Looks where an address says, unless the map looks there already. */
  jump(c: Camera): void {
    const at = this.map.getCenter();
    // An address is rounded: what differs by that much is the same view.
    if (Math.max(Math.abs(at.lng - c.lon), Math.abs(at.lat - c.lat)) > 2e-5 || Math.abs(this.map.getZoom() - c.zoom) > 0.011) {
      this.map.jumpTo({ center: [c.lon, c.lat], zoom: c.zoom });
    }
  }

  zoomIn(): void {
    this.map.zoomIn({ duration: calm.matches ? 0 : 250 });
  }

  zoomOut(): void {
    this.map.zoomOut({ duration: calm.matches ? 0 : 250 });
  }

  /** Asks for all tiles again. */
  reload(): void {
    for (const source of ["roads", ...Object.values(tileLayers).map((l) => l.source)]) this.map.refreshTiles(source);
  }

  /** Draws areas and ground from these sources of GeoJSON, by the names of those of tiles; null: from tiles again. What screens draw stays. */
  standIn(sources: Record<string, SourceSpecification> | null): void {
    void this.ready.then(() => {
      if (this.removed) return;
      const ours = this.style(darkness.matches);
      const swapped = sources ?? Object.fromEntries(Object.entries(ours.sources).filter(([, s]) => s.type === "vector"));
      this.map.setStyle(ours, {
        transformStyle: (before, next) => ({
          ...next,
          sources: { ...before?.sources, ...swapped },
          layers: (before?.layers ?? next.layers).map((l) => {
            if (!("source" in l) || !(l.source in swapped)) return l;
            const { "source-layer": _, ...bare } = l;
            return (sources === null ? { ...bare, "source-layer": l.source } : bare) as LayerSpecification;
          }),
        }),
      });
    });
  }

  /** Gives what is drawn as a picture for paper: in light colours, with the pin, which is no part of the canvas. */
  picture(): string {
    this.setDark(false);
    this.map.redraw();
    const drawn = this.map.getCanvas();
    const sheet = document.createElement("canvas");
    sheet.width = drawn.width;
    sheet.height = drawn.height;
    const draw = sheet.getContext("2d");
    draw?.drawImage(drawn, 0, 0);
    if (this.pinned !== null) {
      const scale = drawn.width / drawn.clientWidth;
      const { x, y } = this.map.project([this.pinned.lon, this.pinned.lat]);
      draw?.beginPath();
      draw?.arc(x * scale, y * scale, 7 * scale, 0, 2 * Math.PI);
      if (draw !== null) {
        draw.lineWidth = 4 * scale;
        draw.strokeStyle = palette(false).accent;
        draw.stroke();
      }
    }
    this.setDark(darkness.matches);
    return sheet.toDataURL();
  }

  remove(): void {
    this.removed = true;
    for (const end of [...this.onRemove]) end();
    clearTimeout(this.timer);
    darkness.removeEventListener("change", this.repaint);
    this.map.remove();
  }
}
