import { effect } from "@preact/signals";
import { cover } from "../map/cover";
import { gridMap } from "../map/handle";
import type { GridMap } from "../map/gridmap";
import { app } from "../state/app";
import { selection } from "../state/store";
import { classAt, classesOf, shadeOf, type Class } from "./classes";
import { colouredBy, grids, rows } from "./state";

/** From few to many, in one hue family told apart by lightness alone: darker on a light ground, brighter on a dark one. The legend's are in screen.css. */
const ramps = {
  light: ["#e3f0d8", "#a9d7b7", "#5fb3b3", "#2f7fa8", "#274b80"],
  dark: ["#1f3350", "#275f83", "#3793a0", "#76c5ae", "#d6efbe"],
};

/** The classes the grids are coloured by now. */
export function classes(): Class[] {
  const by = colouredBy.value;
  return classesOf((rows.value ?? []).map((r) => (by === "vacancies" ? r.vacant : r.households)));
}

/** The colour's place in the ramp for each grid, by code. */
function shades(): Map<string, number> {
  const by = colouredBy.value;
  const all = classes();
  return new Map((rows.value ?? []).map((r) => [r.code, shadeOf(classAt(all, by === "vacancies" ? r.vacant : r.households), all.length, 5)]));
}

/** Colours the grids on the map until the function that is given is called; a click chooses one. */
function colourMap(map: GridMap): () => void {
  const end = map.draw({
    sources: { "grids-coloured": { type: "geojson", data: { type: "FeatureCollection", features: [] } } },
    layers: (p, dark) => {
      const ramp = dark ? ramps.dark : ramps.light;
      return [
        {
          id: "grids-coloured",
          type: "fill",
          source: "grids-coloured",
          paint: { "fill-color": ["match", ["get", "shade"], 0, ramp[0] ?? "", 1, ramp[1] ?? "", 2, ramp[2] ?? "", 3, ramp[3] ?? "", ramp[4] ?? ""], "fill-opacity": 0.9 },
        },
        { id: "grids-edges", type: "line", source: "grids-coloured", paint: { "line-color": p.halo, "line-width": 0.7 } },
      ];
    },
    below: "line-village_group",
  });
  const free = map.takeClicks((click) => {
    const code = click.features("grids-coloured")[0]?.properties.code;
    if (typeof code !== "string") return false;
    selection.value = { type: "area", ref: { kind: "grid", code } };
    return true;
  });
  const stop = effect(() => {
    const shade = shades();
    map.setData("grids-coloured", {
      type: "FeatureCollection",
      features: (grids.value ?? []).map((g) => ({ type: "Feature", geometry: g.geometry, properties: { code: g.properties.code, shade: shade.get(g.properties.code) ?? 0 } })),
    });
  });
  return () => {
    stop();
    free();
    end();
  };
}

/** Colours whatever map there is, as it comes and goes; until the function that is given is called. */
export function colourMaps(): () => void {
  let end: (() => void) | null = null;
  const stop = effect(() => {
    const map = gridMap.value;
    end?.();
    end = map === null ? null : colourMap(map);
    const bounds = app.peek()?.bounds ?? null;
    // All of the district, beside the table; once that has its place.
    if (map !== null && bounds !== null && selection.peek() === null) requestAnimationFrame(() => gridMap.peek() === map && map.showBox(bounds, cover()));
  });
  return () => {
    stop();
    end?.();
  };
}
