/** The colours of the map, which the style sheet cannot reach: one set for each of light and dark. */
export interface Palette {
  ground: string;
  land: string;
  water: string;
  green: string;
  houses: string;
  track: string;
  road: string;
  roadMain: string;
  roadName: string;
  waterName: string;
  district: string;
  township: string;
  village: string;
  grid: string;
  group: string;
  compound: string;
  compoundFill: string;
  name: string;
  nameSoft: string;
  halo: string;
  accent: string;
  /** Reports by how they stand: differing in lightness too. */
  markOpen: string;
  markOverdue: string;
  markDone: string;
  /** What is written on them. */
  onMarkOpen: string;
  onMarkOverdue: string;
  onMarkDone: string;
}

const light: Palette = {
  ground: "#f1f1ee",
  land: "#fbfbf9",
  water: "#c3d8e3",
  green: "#eef2e8",
  houses: "#eceae4",
  track: "#e9e7e1",
  road: "#e0ddd6",
  roadMain: "#d6d1c6",
  roadName: "#6f6a60",
  waterName: "#46758c",
  district: "#3c434b",
  township: "#555d66",
  village: "#a3abb3",
  grid: "#5f6973",
  group: "#aab1b8",
  compound: "#98a0a8",
  compoundFill: "#8a94a0",
  name: "#22272c",
  nameSoft: "#565f68",
  halo: "#fbfbf9",
  accent: "#0b6bcb",
  markOpen: "#f2a51f",
  markOverdue: "#b3201a",
  markDone: "#5d8a72",
  onMarkOpen: "#2b1a00",
  onMarkOverdue: "#ffffff",
  onMarkDone: "#ffffff",
};

const dark: Palette = {
  ground: "#0d0f11",
  land: "#15181b",
  water: "#24404f",
  green: "#181f1a",
  houses: "#202428",
  track: "#20252a",
  road: "#2a3036",
  roadMain: "#3a4149",
  roadName: "#9aa3ab",
  waterName: "#7fb0c8",
  district: "#c3cad1",
  township: "#9aa3ac",
  village: "#555e67",
  grid: "#8b959f",
  group: "#4c545c",
  compound: "#626c76",
  compoundFill: "#8a94a0",
  name: "#e9ebed",
  nameSoft: "#b4bcc4",
  halo: "#15181b",
  accent: "#74b5ff",
  markOpen: "#ffb940",
  markOverdue: "#d8362c",
  markDone: "#6f9f86",
  onMarkOpen: "#2b1a00",
  onMarkOverdue: "#ffffff",
  onMarkDone: "#08160e",
};

/** Gives the colours for light or dark surroundings. */
export function palette(isDark: boolean): Palette {
  return isDark ? dark : light;
}
