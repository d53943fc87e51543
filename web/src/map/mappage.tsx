import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError, area } from "../api/client";
import type { Kind, Ref } from "../api/types";
import { nameOf, t } from "../i18n/i18n";
import { app, appKnown } from "../state/app";
import { ask, found } from "../state/place";
import { camera, hidden, problem, selection } from "../state/store";
import { Icon } from "../ui/icons";
import { boxOf } from "./box";
import { cover } from "./cover";
import { followBaseMap } from "./basemap";
import { GridMap } from "./gridmap";
import { gridMap } from "./handle";
import { Layers } from "./layers";
import { canLocate, ownPosition } from "./position";
import { tMap } from "./text";

function texts(): Record<string, string> {
  return { "Map.Title": tMap("mapName"), "ScaleControl.Meters": "m", "ScaleControl.Kilometers": "km" };
}

function pick(lon: number, lat: number): void {
  selection.value = { type: "point", lon, lat, accuracyM: null };
}

/** Gives the area to light for what was found: the grid of a place, or the area itself. */
function litArea(): Ref | null {
  const f = found.value;
  if (f === null) return null;
  if (f.type === "area") return f.of.type === "area" ? f.of.ref : null;
  for (const kind of ["grid", "village", "township"] satisfies Kind[]) {
    const a = f.located.areas[kind];
    if (a !== null) return { kind, code: a.code };
  }
  return null;
}

async function open(container: HTMLElement, isGone: () => boolean): Promise<(() => void) | null> {
  const { bounds, revision } = await appKnown();
  if (isGone()) return null;
  if (revision === 0) problem.value = { trouble: "nomap", retry: null };
  const map = new GridMap({
    container,
    bounds,
    camera: camera.peek(),
    hidden: hidden.peek(),
    texts: texts(),
    nameOf,
    onPick: pick,
    onMove: (c) => (camera.value = c),
    onTrouble: async (status) => {
      // No server (0 is the library's word for it): what the phone carries along is drawn, where it does.
      if (!status && (await import("../offline/packmap").then((m) => m.standIn(map), () => false))) return;
      const trouble = status === 401 || status === 403 ? "private" : "away";
      problem.value = { trouble, retry: trouble === "private" ? null : () => { problem.value = null; void ask(); map.reload(); } };
    },
  });
  gridMap.value = map;
  let shown = selection.peek();
  if (camera.peek() === null && shown !== null) {
    if (shown.type === "area") void showArea(shown.ref);
    else map.goTo(shown.lon, shown.lat, 14, cover());
  }
  const ends = [
    followBaseMap(map),
    effect(() => map.setHidden(hidden.value)),
    effect(() => map.light(litArea())),
    effect(() => map.renameAll(texts())),
    effect(() => {
      if (camera.value !== null) map.jump(camera.value);
    }),
    effect(() => {
      const s = selection.value;
      if (s !== shown && s?.type === "area") void showArea(s.ref);
      shown = s;
      map.setPin(s?.type === "point" ? s : null);
    }),
    effect(() => {
      void found.value;
      requestAnimationFrame(() => {
        if (gridMap.peek() !== map) return;
        const s = selection.peek();
        if (s?.type === "point") map.uncover(s.lon, s.lat, cover());
        map.refit();
      });
    }),
  ];
  return () => {
    for (const end of ends) end();
    gridMap.value = null;
    map.remove();
  };
}

async function toOwnPosition(): Promise<void> {
  const p = await ownPosition();
  const map = gridMap.peek();
  if (p === null || map === null) return;
  map.setOwn(p.lon, p.lat, p.accuracyM);
  map.goTo(p.lon, p.lat, 15, cover());
  selection.value = { type: "point", ...p };
}

/** Shows an area that was chosen by name. */
async function showArea(ref: Ref): Promise<void> {
  const f = await area(ref).catch(() => null);
  if (f !== null) gridMap.peek()?.showBox(boxOf(f.geometry.coordinates), cover());
}

/** Shows all of the district: the way back from somewhere far off. */
function showDistrict(): void {
  const bounds = app.peek()?.bounds;
  if (bounds != null) gridMap.peek()?.showBox(bounds, cover());
}

// Screens with maps of their own take the class from here: the map library stays in one file of the program.
export { GridMap } from "./gridmap";

/** The map with its buttons. */
export function MapPage(): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    let end: (() => void) | null = null;
    const start = () => {
      if (place.current === null) return;
      open(place.current, () => gone).then(
        (close) => {
          end = close;
        },
        (e: unknown) => {
          const trouble = e instanceof ApiError ? e.trouble : "away";
          problem.value = { trouble, retry: trouble === "private" ? null : () => { problem.value = null; start(); } };
        },
      );
    };
    start();
    return () => {
      gone = true;
      end?.();
    };
  }, []);
  return (
    <>
      <div class="map" ref={place} />
      <div class="crosshair" aria-hidden="true" />
      <div class="controls">
        <Layers />
        {canLocate() && (
          <button type="button" class="icon-button control" aria-label={tMap("myPosition")} title={tMap("myPosition")} onClick={() => void toOwnPosition()}>
            <Icon name="position" />
          </button>
        )}
        <div class="zoom">
          <button type="button" class="icon-button control" aria-label={t("zoomIn")} title={t("zoomIn")} onClick={() => gridMap.value?.zoomIn()}>
            <Icon name="plus" />
          </button>
          <button type="button" class="icon-button control" aria-label={t("zoomOut")} title={t("zoomOut")} onClick={() => gridMap.value?.zoomOut()}>
            <Icon name="minus" />
          </button>
          {app.value?.bounds != null && (
            <button type="button" class="icon-button control" aria-label={tMap("wholeDistrict")} title={tMap("wholeDistrict")} onClick={() => showDistrict()}>
              <Icon name="area" />
            </button>
          )}
        </div>
      </div>
    </>
  );
}
