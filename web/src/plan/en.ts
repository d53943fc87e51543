import type { zh } from "./zh";

/** Texts of the screen in English. */
export const en: Record<keyof typeof zh, string> = {
  title: "Edit boundaries",
  lead: "Boundaries are redrawn here by planners.",
};
