import { effect, signal } from "@preact/signals";
import { cover } from "../map/cover";
import type { GridMap } from "../map/gridmap";
import { change, draft, type Place } from "./draft";
import type { LonLat } from "./inside";
import { setPlace } from "./target";

/** Where on the page the crosshair stands, in pixels; null without a map. */
export const crosshair = signal<{ x: number; y: number } | null>(null);
/** Whether the map is moving under the crosshair. */
export const moving = signal(false);
/** Whether the map is too far out to point at a place. */
export const tooFar = signal(false);

/** From this zoom on a pixel is a few metres: what is under the crosshair is meant. */
const closeZoom = 13;
/** The zoom at which a place that was given otherwise is shown. */
const placeZoom = 16;
/** A place measured no better than so, in metres, is shown with more around it. */
const vagueM = 300;
const vagueZoom = 14;
/** So near the crosshair, in pixels, a place is under it. */
const sameSpot = 1.5;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Keeps the draft's place and the middle of the visible map together, until
 * the function that is given is called: moving the map moves the place, and a
 * place that was given otherwise moves the map. A measured or typed place is
 * kept to the last digit while the map is only zoomed about it.
 */
export function followMap(grid: GridMap): () => void {
  const { map } = grid;
  let steering = false;
  const away = (p: LonLat): boolean => {
    const a = map.project([p.lon, p.lat]);
    const b = map.project(map.getCenter());
    return Math.hypot(a.x - b.x, a.y - b.y) > sameSpot;
  };
  const steer = (p: Place) => {
    steering = true;
    map.easeTo({ center: [p.lon, p.lat], zoom: Math.max((p.accuracyM ?? 0) > vagueM ? vagueZoom : placeZoom, map.getZoom()), duration: calm.matches ? 0 : 500 }, { steered: true });
    steering = false;
  };
  // The middle of what is not covered becomes the map's centre: then zooming
  // and the keyboard work about the crosshair.
  const fit = () => {
    const c = cover();
    const { clientWidth: w, clientHeight: h } = map.getContainer();
    const at = { x: (c.left + w - c.right) / 2, y: (c.top + h - c.bottom) / 2 };
    const before = crosshair.peek();
    if (before !== null && before.x === at.x && before.y === at.y) return;
    crosshair.value = at;
    steering = true;
    map.setPadding({ top: c.top, right: c.right, bottom: c.bottom, left: c.left });
    steering = false;
    const { place } = draft.peek();
    if (place !== null && away(place)) steer(place);
  };
  const settled = (e: object) => {
    moving.value = false;
    tooFar.value = map.getZoom() < closeZoom;
    if (steering || "steered" in e) return;
    const { place } = draft.peek();
    if (place !== null && !away(place)) return;
    const { lng, lat } = map.getCenter();
    if (!tooFar.peek()) setPlace(lng, lat, null);
    else if (place !== null) change({ place: null });
  };
  const start = (e: object) => (moving.value = "originalEvent" in e);
  map.on("movestart", start);
  map.on("moveend", settled);
  map.scrollZoom.enable({ around: "center" });
  map.touchZoomRotate.enable({ around: "center" });
  const sizes = new ResizeObserver(fit);
  const panel = document.querySelector(".panel");
  if (panel !== null) sizes.observe(panel);
  sizes.observe(map.getContainer());
  fit();
  const end = effect(() => {
    const { place } = draft.value;
    if (place !== null && away(place)) steer(place);
  });
  settled({});
  return () => {
    end();
    sizes.disconnect();
    map.off("movestart", start);
    map.off("moveend", settled);
    map.scrollZoom.enable();
    map.touchZoomRotate.enable();
    crosshair.value = null;
    moving.value = false;
  };
}

/** Gives the whole map back to the other screens. */
export function unfollowMap(grid: GridMap): void {
  grid.map.setPadding({ top: 0, right: 0, bottom: 0, left: 0 });
}
