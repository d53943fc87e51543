import type { zh } from "./zh";

/** Texts of the screen in English. */
export const en: Record<keyof typeof zh, string> = {
  title: "Notice board",
  lead: "A sheet to print for each grid: its map, who answers, and a code for reports.",
};
