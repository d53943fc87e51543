import type { zh } from "./zh";

/** Texts of the list of areas in English. */
export const en: Record<keyof typeof zh, string> = {
  listTitle: "Areas",
  listHelp: "Open townships, villages and communities to reach grids and village groups. Choose a name to see who answers there.",
  listNoMap: "This browser cannot draw the map (no WebGL2), so here is the list. Looking up who answers works in full.",
  listOpen: "Open {name}",
  listEmpty: "No areas below.",
  listNothing: "No boundaries are published yet. Once they are, all areas appear here. To see a demonstration, run gridpatrol demo on the server.",
};
