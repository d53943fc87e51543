import type { zh } from "./zh";

/** Texts of the map's controls in English. */
export const en: Record<keyof typeof zh, string> = {
  mapName: "Map of grids. Arrow keys move, plus and minus zoom, Enter looks up the middle of the map.",
  layerGround: "Roads, rivers, houses",
  layerLabels: "Names",
  layerBaseMap: "Base map",
  wholeDistrict: "Whole district",
  myPosition: "My position",
};
