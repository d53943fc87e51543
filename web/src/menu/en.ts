import type { zh } from "./zh";

/** Names of the screens for people with an account, in English. */
export const en: Record<keyof typeof zh, string> = {
  myAreas: "My areas",
  myPatrols: "My patrols",
  morningSheets: "Morning sheets",
  coverage: "Patrol coverage",
  patrols: "All patrols",
  livePatrols: "Live patrols",
  cases: "Cases",
  gridTable: "All grids",
  people: "Posts and people",
  boundaryPlans: "Boundary plans",
  importExport: "Import and export",
  admin: "Administration",
  sync: "Offline and sync",
  account: "My account",
};
