import type { zh } from "./zh";

/** Texts of the screen in English. */
export const en: Record<keyof typeof zh, string> = {
  title: "Boundary plans",
  lead: "The boundary plans that planners work on are listed here.",
};
