import type { Kind, Located } from "../api/types";
import { t } from "../i18n/i18n";

/** From the smallest area to the widest, as they are listed for a place. */
export const upward: Kind[] = ["compound", "village_group", "grid", "village", "township", "district"];

/** The name of a place: that of its grid, else of the smallest area that has one. */
export function placeName({ located: { areas } }: { located: Located }): string {
  if (areas.grid !== null) return areas.grid.name;
  const smallest = upward.map((k) => areas[k]).find((a) => a !== null);
  return smallest?.name ?? t("outside");
}
