import type { GridMap } from "../map/gridmap";
import { tell } from "../state/store";
import { dragTo, drop, grab, lookAt, tap, type Aim } from "./acts";
import { held, letGo, painted } from "./desk";
import { metresPerPixel } from "./ground";
import { snapped } from "./model/lattice";
import { tool } from "./tool";

/** How near a node has to be pointed at, in pixels: with a mouse, with a finger. */
const reachPx = { mouse: 10, touch: 24 };

/** How far something held moves before it is more than a tap, in pixels. */
const slackPx = 3;

/** How far apart the places are that a quick stroke of the brush is taken to have been at, in pixels. */
const strokePx = 6;

/** Lets the map be worked on with mouse and finger, until the function that is given is called. */
export function useHands(grid: GridMap): () => void {
  const { map } = grid;
  const box = map.getCanvasContainer();
  let coarse = false;
  // Where a drag began, and how far from the pointer what is held was: it does not jump to it.
  let from: { x: number; y: number; dx: number; dy: number; far: boolean } | null = null;
  // Where the hand was last: a quick one skips what lies between.
  let last = { x: 0, y: 0 };

  const aimAt = (x: number, y: number, free = false): Aim => {
    const { lng, lat } = map.unproject([x, y]);
    return { at: snapped([lng, lat]), reachM: (coarse ? reachPx.touch : reachPx.mouse) * metresPerPixel(map), free };
  };
  const placeOf = (e: { clientX: number; clientY: number }) => {
    const r = box.getBoundingClientRect();
    return { x: e.clientX - r.left, y: e.clientY - r.top };
  };
  const begin = (x: number, y: number): boolean => {
    if (!grab(aimAt(x, y))) return false;
    const node = held.peek()?.move.from;
    const at = node === undefined ? { x, y } : map.project([node.lon / 1e7, node.lat / 1e7]);
    from = { x, y, dx: at.x - x, dy: at.y - y, far: false };
    last = { x, y };
    return true;
  };
  const along = (x: number, y: number, free: boolean) => {
    if (from === null) return;
    from.far ||= Math.hypot(x - from.x, y - from.y) > slackPx;
    const n = tool.peek() === "brush" ? Math.min(Math.ceil(Math.hypot(x - last.x, y - last.y) / strokePx), 200) : 1;
    for (let i = 1; i < n; i++) dragTo(aimAt(last.x + ((x - last.x) * i) / n, last.y + ((y - last.y) * i) / n, free));
    last = { x, y };
    if (from.far) dragTo(aimAt(x + from.dx, y + from.dy, free));
  };
  const end = () => {
    from = null;
    void drop();
  };
  const stop = () => {
    from = null;
    held.value = null;
    painted.value = [];
  };

  const down = (e: { originalEvent: MouseEvent; point: { x: number; y: number }; preventDefault: () => void }) => {
    // A finger's mouse events come after it, of the browser's own making.
    if (coarse || e.originalEvent.button !== 0 || e.originalEvent.ctrlKey) return;
    if (begin(e.point.x, e.point.y)) e.preventDefault();
  };
  const move = (e: MouseEvent) => {
    if (coarse) return;
    const { x, y } = placeOf(e);
    // The button was let go where nobody could hear it.
    if (from !== null && (e.buttons & 1) === 0) stop();
    if (from !== null) along(x, y, e.altKey);
    else if (e.target instanceof Node && box.contains(e.target)) lookAt(aimAt(x, y, e.altKey));
  };
  const up = () => {
    if (from !== null && !coarse) end();
  };
  const out = () => {
    if (from === null) lookAt(null);
  };
  const touch = (e: { originalEvent: TouchEvent; points: { x: number; y: number }[]; preventDefault: () => void }) => {
    const [p] = e.points;
    if (e.points.length > 1 || p === undefined) {
      // The second finger moves the map.
      if (from !== null) stop();
      return;
    }
    if (begin(p.x, p.y)) e.preventDefault();
  };
  const slide = (e: TouchEvent) => {
    const [t] = e.touches;
    if (from === null || t === undefined) return;
    const { x, y } = placeOf(t);
    along(x, y, false);
  };
  const lift = () => {
    if (from !== null) end();
  };
  const kindOfPointer = (e: PointerEvent) => (coarse = e.pointerType === "touch");

  const free = grid.takeClicks((click) => {
    const { x, y } = map.project([click.lon, click.lat]);
    const says = click.features("plan-problems")[0]?.properties["says"];
    if (tool.peek() === "move" && typeof says === "string") tell(says);
    else tap(aimAt(x, y));
    return true;
  });
  // Enter on the map would look a place up.
  const enter = (e: KeyboardEvent) => {
    if (e.key === "Enter") e.stopPropagation();
  };
  // What is held or painted is given up, and not taken up again by the same hand.
  const escape = (e: KeyboardEvent) => {
    if (e.key !== "Escape" || from === null) return;
    stop();
    e.preventDefault();
  };
  addEventListener("keydown", escape, true);
  box.addEventListener("pointerdown", kindOfPointer, true);
  box.addEventListener("pointermove", kindOfPointer, true);
  box.addEventListener("keydown", enter, true);
  box.addEventListener("mouseleave", out);
  box.addEventListener("touchmove", slide, { passive: true });
  box.addEventListener("touchend", lift);
  box.addEventListener("touchcancel", stop);
  addEventListener("mousemove", move);
  addEventListener("mouseup", up);
  map.on("mousedown", down);
  map.on("touchstart", touch);
  map.doubleClickZoom.disable();
  map.boxZoom.disable();
  return () => {
    free();
    letGo();
    removeEventListener("keydown", escape, true);
    box.removeEventListener("pointerdown", kindOfPointer, true);
    box.removeEventListener("pointermove", kindOfPointer, true);
    box.removeEventListener("keydown", enter, true);
    box.removeEventListener("mouseleave", out);
    box.removeEventListener("touchmove", slide);
    box.removeEventListener("touchend", lift);
    box.removeEventListener("touchcancel", stop);
    removeEventListener("mousemove", move);
    removeEventListener("mouseup", up);
    map.off("mousedown", down);
    map.off("touchstart", touch);
    map.doubleClickZoom.enable();
    map.boxZoom.enable();
  };
}
