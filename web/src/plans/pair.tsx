import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { nameOf, t as common } from "../i18n/i18n";
import type { GridMap, Overlay } from "../map/gridmap";
import type { World } from "../map/style";
import { canDrawMap } from "../map/webgl";
import { loadPart } from "../screens";
import { appKnown } from "../state/app";
import { params, problem, setParams } from "../state/store";
import { t } from "./text";

/** A box of degrees: west, south, east, north. */
export type Box = readonly [number, number, number, number];

/** What two maps show: the same place in two worlds. */
export interface PairProps {
  worlds: readonly [World, World];
  labels: readonly [string, string];
  /** What to look at; the whole district where it is null. */
  box: Box | null;
  /** Land that changes hands. */
  moved: GeoJSON.FeatureCollection;
  /** Reports that change hands; those with `open` stand out. */
  points: GeoJSON.FeatureCollection;
  /** Changes with what the worlds hold: their tiles are asked for anew. */
  version: string;
}

const none: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

const overlay: Overlay = {
  sources: { "pair-moved": { type: "geojson", data: none }, "pair-points": { type: "geojson", data: none } },
  layers: (p) => [
    { id: "pair-moved-fill", type: "fill", source: "pair-moved", paint: { "fill-color": p.accent, "fill-opacity": 0.22 } },
    { id: "pair-moved-line", type: "line", source: "pair-moved", paint: { "line-color": p.accent, "line-width": 1.6, "line-dasharray": [2, 1.5] } },
    {
      id: "pair-points",
      type: "circle",
      source: "pair-points",
      layout: { "circle-sort-key": ["get", "open"] },
      paint: {
        "circle-radius": ["case", ["==", ["get", "open"], 1], 5, 2.6],
        "circle-color": ["case", ["==", ["get", "open"], 1], p.markOpen, p.markDone],
        "circle-stroke-color": p.halo,
        "circle-stroke-width": ["case", ["==", ["get", "open"], 1], 1.5, 0.6],
      },
    },
  ],
};

/** Keeps two maps at the same place. */
function tie(a: GridMap, b: GridMap): void {
  let leading = false;
  const follow = (from: GridMap, to: GridMap) => {
    from.map.on("move", () => {
      if (leading) return;
      leading = true;
      to.map.jumpTo({ center: from.map.getCenter(), zoom: from.map.getZoom() });
      leading = false;
    });
  };
  follow(a, b);
  follow(b, a);
}

async function open(places: readonly [HTMLElement, HTMLElement], worlds: PairProps["worlds"], isGone: () => boolean): Promise<[GridMap, GridMap] | null> {
  const [{ GridMap }, { bounds }] = await Promise.all([loadPart("src/map/mappage.css", () => import("../map/mappage")), appKnown()]);
  if (isGone()) return null;
  const make = (i: 0 | 1): GridMap =>
    new GridMap({
      container: places[i],
      bounds,
      camera: null,
      hidden: ["basemap"],
      world: worlds[i],
      cover: () => ({ top: 0, right: 0, bottom: 0, left: 0 }),
      texts: {
        "Map.Title": t(i === 0 ? "mapBefore" : "mapAfter"),
        "ScaleControl.Meters": "m",
        "ScaleControl.Kilometers": "km",
        "CooperativeGesturesHandler.WindowsHelpText": t("scrollKeys"),
        "CooperativeGesturesHandler.MacHelpText": t("scrollKeysMac"),
        "CooperativeGesturesHandler.MobileHelpText": t("scrollFingers"),
      },
      nameOf,
      onPick: () => undefined,
      onMove: () => undefined,
      onTrouble: (status) => {
        // A plan that is gone meanwhile is told of on the page.
        if (status !== 404) problem.value = { trouble: "away", retry: () => { problem.value = null; for (const m of maps) m.reload(); } };
      },
    });
  const maps: [GridMap, GridMap] = [make(0), make(1)];
  for (const m of maps) {
    // The page around it scrolls: the wheel and one finger belong to that.
    m.map.cooperativeGestures.enable();
    m.draw(overlay);
  }
  tie(...maps);
  return maps;
}

function look(map: GridMap, box: Box | null): void {
  if (box === null) return;
  const [w, s, e, n] = box;
  map.map.fitBounds([w, s, e, n], { padding: 40, maxZoom: 16, duration: 0 });
}

/** How the maps stand to each other, as the address says: one over the other, or beside each other where there is room. */
function shownMode(): "swipe" | "side" {
  if (params.value.mode === "swipe" || params.value.mode === "side") return params.value.mode;
  return innerWidth >= 720 ? "side" : "swipe";
}

/** Two maps of one place, before and after: side by side, or one drawn aside from over the other. */
export function Pair(p: PairProps): JSX.Element {
  const places = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)] as const;
  const maps = useSignal<[GridMap, GridMap] | null>(null);
  const cut = useSignal(50);
  const frame = useRef<HTMLDivElement>(null);
  const mode = shownMode();
  const drawable = canDrawMap();
  const key = JSON.stringify(p.worlds);
  useEffect(() => {
    const [before, after] = [places[0].current, places[1].current];
    if (before === null || after === null) return;
    let gone = false;
    const start = () => {
      open([before, after], p.worlds, () => gone).then(
        (made) => (maps.value = made),
        () => (problem.value = { trouble: "away", retry: () => { problem.value = null; start(); } }),
      );
    };
    start();
    return () => {
      gone = true;
      for (const m of maps.peek() ?? []) m.remove();
      maps.value = null;
    };
  }, [key]);
  const both = maps.value;
  useEffect(() => {
    for (const m of both ?? []) m.setData("pair-moved", p.moved);
  }, [both, p.moved]);
  useEffect(() => {
    for (const m of both ?? []) m.setData("pair-points", p.points);
  }, [both, p.points]);
  useEffect(() => {
    for (const m of both ?? []) m.reload();
  }, [p.version]);
  // The map library measures its place anew by itself, but later than this.
  useEffect(() => {
    for (const m of both ?? []) m.map.resize();
    if (both !== null) look(both[0], p.box);
  }, [both, mode, p.box?.join()]);
  useEffect(() => {
    // As for the map of the page: browsers do not print what a graphics card drew.
    const before = () => {
      both?.forEach((m, i) => {
        const picture = frame.current?.querySelector<HTMLImageElement>(`.pair-map-${i} .pair-picture`);
        if (picture != null) picture.src = m.picture();
      });
    };
    addEventListener("beforeprint", before);
    return () => removeEventListener("beforeprint", before);
  }, [both]);
  if (!drawable) return <p class="soft">{t("noMap")}</p>;

  const drag = (e: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (box === undefined || !(e.currentTarget as HTMLElement).hasPointerCapture(e.pointerId)) return;
    cut.value = Math.min(100, Math.max(0, ((e.clientX - box.left) / box.width) * 100));
  };
  const keys: Record<string, number> = { ArrowLeft: -2, ArrowRight: 2, PageDown: -10, PageUp: 10, Home: -100, End: 100 };
  return (
    <figure class="pair">
      <div class="pair-tools">
        <fieldset class="pair-mode">
          <legend class="visually-hidden">{t("mode")}</legend>
          {(["side", "swipe"] as const).map((m) => (
            <label key={m}>
              <input type="radio" name="pair-mode" checked={mode === m} onChange={() => setParams({ mode: m })} />
              {t(m)}
            </label>
          ))}
        </fieldset>
        <span class="pair-zoom">
          <button type="button" class="icon-button" aria-label={common("zoomIn")} onClick={() => both?.[0].zoomIn()}>+</button>
          <button type="button" class="icon-button" aria-label={common("zoomOut")} onClick={() => both?.[0].zoomOut()}>−</button>
        </span>
      </div>
      <div ref={frame} class={`pair-maps pair-${mode}`} style={{ "--cut": `${cut.value}%` }}>
        {([0, 1] as const).map((i) => (
          <div key={i} class={`pair-map pair-map-${i}`}>
            <div class="pair-place" ref={places[i]} />
            <img class="pair-picture" alt="" />
            <span class="pair-label">{p.labels[i]}</span>
          </div>
        ))}
        {mode === "swipe" && (
          <div
            class="pair-cut"
            role="slider"
            tabIndex={0}
            aria-label={t("swipeHandle")}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(cut.value)}
            aria-valuetext={t("swipeAt", { n: Math.round(cut.value), before: p.labels[0] })}
            onPointerDown={(e) => {
              e.currentTarget.setPointerCapture(e.pointerId);
              e.preventDefault();
              e.currentTarget.focus({ preventScroll: true });
            }}
            onPointerMove={drag}
            onKeyDown={(e) => {
              const step = keys[e.key];
              if (step === undefined) return;
              e.preventDefault();
              cut.value = Math.min(100, Math.max(0, cut.value + step));
            }}
          >
            <i />
          </div>
        )}
      </div>
      <figcaption class="pair-legend">
        <span><i class="key-moved" />{t("keyMoved")}</span>
        {p.points.features.length > 0 && (
          <>
            <span><i class="key-open" />{t("keyOpen")}</span>
            <span><i class="key-done" />{t("keyDone")}</span>
          </>
        )}
      </figcaption>
    </figure>
  );
}
