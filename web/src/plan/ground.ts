import { effect } from "@preact/signals";
import type { VectorTileSource } from "maplibre-gl";
import type { Kind } from "../api/types";
import type { GridMap, Overlay } from "../map/gridmap";
import { byZoom, lineWidths, shownFrom, tileLayers } from "../map/style";
import { mayEdit } from "./acts";
import { chosenArea, keyName, painted, picked, store, topology, under } from "./desk";
import type { Area, LatticePoint } from "./model/types";
import { problemLine } from "./said";
import { coordinatesOf } from "./shape";
import { kind, tool } from "./tool";

/** The colour of edit mode, as in screen.css: on light ground and on dark. */
const planColour = { light: "#7a3fd1", dark: "#c39bff" };

const nothing: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const locked: readonly Kind[] = ["district", "township", "village"];

/** From this zoom on nodes can be hit. */
const nodesFrom: Record<Kind, number> = { district: 12, township: 12, village: 12, grid: 11.5, village_group: 13.5, compound: 14.5 };
/** The least space between two nodes that are shown, in pixels. */
const nodeSpacePx = 9;
/** A problem stands above its place, in pixels: the node there is to be seen. */
const above: [number, number] = [0, -17];

/** Metres of a pixel in the middle of the map. */
export function metresPerPixel(map: GridMap["map"]): number {
  return (40_075_016.686 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom());
}

function overlay(lockedKinds: readonly Kind[]): Overlay {
  return {
    sources: {
      "plan-areas": { type: "geojson", data: nothing },
      "plan-nodes": { type: "geojson", data: nothing },
      "plan-problems": { type: "geojson", data: nothing },
    },
    layers: (p, dark) => {
      const colour = dark ? planColour.dark : planColour.light;
      return [
        { id: "plan-fill", type: "fill", source: "plan-areas", paint: { "fill-color": colour, "fill-opacity": ["match", ["get", "as"], "changed", 0.08, "chosen", 0.12, "under", 0.18, 0.36] } },
        // What may not be moved: beads on its line.
        ...lockedKinds.map((k) => ({
          id: `plan-locked-${k}`,
          type: "line" as const,
          source: tileLayers[k].source,
          "source-layer": tileLayers[k].source,
          minzoom: Math.max(shownFrom[k].lines, 11),
          layout: { "line-cap": "round" as const },
          paint: { "line-color": p.nameSoft, "line-width": byZoom(11, 2, 17, 5), "line-dasharray": [0.01, 3], "line-opacity": 0.9 },
        })),
        { id: "plan-line-halo", type: "line", source: "plan-areas", filter: ["in", ["get", "as"], ["literal", ["chosen", "picked"]]], layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": 9, "line-opacity": 0.2 } },
        // The tiles come a moment after what was done.
        { id: "plan-line-changed", type: "line", source: "plan-areas", filter: ["==", ["get", "as"], "changed"], layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": 1.5 } },
        { id: "plan-line", type: "line", source: "plan-areas", filter: ["!=", ["get", "as"], "changed"], layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": byZoom(...lineWidths.grid.map((n, i) => (i % 2 === 1 ? n + 0.8 : n))) } },
        {
          id: "plan-problems",
          type: "circle",
          source: "plan-problems",
          paint: { "circle-radius": 8, "circle-color": ["match", ["get", "severity"], "error", p.markOverdue, p.markOpen], "circle-stroke-color": p.halo, "circle-stroke-width": 2, "circle-translate": above },
        },
        {
          id: "plan-problems-sign",
          type: "symbol",
          source: "plan-problems",
          layout: { "text-field": "!", "text-size": 13, "text-allow-overlap": true, "text-ignore-placement": true },
          paint: { "text-color": ["match", ["get", "severity"], "error", p.onMarkOverdue, p.onMarkOpen], "text-translate": above },
        },
        { id: "plan-nodes-locked", type: "circle", source: "plan-nodes", filter: ["get", "locked"], paint: { "circle-radius": 2.5, "circle-color": p.nameSoft, "circle-stroke-color": p.halo, "circle-stroke-width": 1 } },
        {
          id: "plan-nodes",
          type: "circle",
          source: "plan-nodes",
          filter: ["!", ["get", "locked"]],
          paint: { "circle-radius": ["case", ["get", "own"], 5.5, 4], "circle-color": p.halo, "circle-stroke-color": colour, "circle-stroke-width": ["case", ["get", "own"], 2.5, 1.5] },
        },
      ];
    },
    below: null,
  };
}

function polygons(area: Area, as: string): GeoJSON.Feature {
  return { type: "Feature", properties: { as }, geometry: { type: "MultiPolygon", coordinates: coordinatesOf(area.outline) } };
}

/** What of the map is seen, on the lattice. */
function seen(map: GridMap["map"]): { west: number; south: number; east: number; north: number } {
  const b = map.getBounds();
  const e7 = (n: number) => Math.round(n * 1e7);
  return { west: e7(b.getWest()), south: e7(b.getSouth()), east: e7(b.getEast()), north: e7(b.getNorth()) };
}

/** Gives the corners that are shown as nodes where the map looks. */
function nodesShown(map: GridMap["map"]): { node: LatticePoint; locked: boolean; own: boolean }[] {
  const all = topology.peek();
  const own = chosenArea.peek();
  const needsNodes = tool.peek() !== "merge" && tool.peek() !== "brush";
  if (all === null || !mayEdit() || !needsNodes || map.getZoom() < nodesFrom[kind.peek()]) return [];
  const found = all.nodesIn(seen(map), nodeSpacePx * metresPerPixel(map), { kinds: [kind.peek()] });
  return found.map((n) => ({ node: n.node, locked: n.locked !== null, own: own !== null && n.users.some((u) => u.key === own.key) }));
}

/** Shows the boundaries of a plan in place of those in force. */
function showWorld(map: GridMap["map"], plan: string | null): void {
  for (const { source } of Object.values(tileLayers)) {
    const query = plan === null ? "" : `?plan=${encodeURIComponent(plan)}`;
    map.getSource<VectorTileSource>(source)?.setTiles([`${location.origin}/tiles/${source}/{z}/{x}/{y}.mvt${query}`]);
  }
}

/** Draws a plan on the map, until the function that is given is called: its boundaries, the chosen area, nodes, problems. */
export function drawPlan(grid: GridMap, plan: string): () => void {
  const { map } = grid;
  const lockedKinds = store.peek()?.basis.peek()?.locked ?? locked;
  let gone = false;
  const whenReady = (then: () => void) => {
    if (map.isStyleLoaded() || map.getSource("grids") !== undefined) then();
    else map.once("style.load", () => { if (!gone) then(); });
  };
  whenReady(() => showWorld(map, plan));
  const end = grid.draw(overlay(lockedKinds));
  const drawNodes = () => {
    grid.setData("plan-nodes", {
      type: "FeatureCollection",
      features: nodesShown(map).map(({ node, locked, own }) => ({ type: "Feature", properties: { locked, own }, geometry: { type: "Point", coordinates: [node.lon / 1e7, node.lat / 1e7] } })),
    });
  };
  map.on("moveend", drawNodes);
  let version = store.peek()?.plan.peek()?.version ?? 0;
  const stops = [
    effect(() => {
      void topology.value;
      void chosenArea.value;
      void kind.value;
      void tool.value;
      drawNodes();
    }),
    effect(() => {
      const all = topology.value;
      const own = chosenArea.value;
      const features: GeoJSON.Feature[] = [];
      for (const { key, base, now } of store.value?.tallies.value?.all ?? []) {
        const a = all?.area(key);
        const same = base !== null && now !== null && Math.abs(base.areaM2 - now.areaM2) < 0.5;
        if (a !== undefined && !same && key !== own?.key) features.push(polygons(a, "changed"));
      }
      if (own !== null) features.push(polygons(own, "chosen"));
      for (const key of picked.value) {
        const a = all?.area(key);
        if (a !== undefined) features.push(polygons(a, "picked"));
      }
      for (const u of painted.value) features.push(polygons(u, "painted"));
      if (under.value !== null && !painted.value.includes(under.value)) features.push(polygons(under.value, "under"));
      grid.setData("plan-areas", { type: "FeatureCollection", features });
    }),
    effect(() => {
      const found = store.value?.problems.value ?? [];
      grid.setData("plan-problems", {
        type: "FeatureCollection",
        features: found.map((p) => ({ type: "Feature", properties: { severity: p.severity, says: problemLine(p, keyName) }, geometry: { type: "Point", coordinates: [p.lon, p.lat] } })),
      });
    }),
    effect(() => {
      const now = store.value?.plan.value?.version ?? 0;
      // The plan is left: its map may be gone already.
      if (now === version || now === 0) return;
      const first = version === 0;
      version = now;
      if (!first) for (const { source } of Object.values(tileLayers)) map.refreshTiles(source);
    }),
  ];
  return () => {
    gone = true;
    for (const stop of stops) stop();
    map.off("moveend", drawNodes);
    end();
    if (map.getSource("grids") !== undefined) showWorld(map, null);
  };
}
