import { app } from "../state/app";
import { t } from "./text";

/** Says that positions are recorded, for what, and how long they are kept. */
export function retention(): string {
  const kept = app.value?.tracks;
  if (kept === undefined || kept === null) return t("lawful");
  const parts = [t("lawful")];
  if (kept.coarsen_days > 0) parts.push(t("coarsened", { n: kept.coarsen_days }));
  if (kept.erase_days > 0) parts.push(t("erased", { n: kept.erase_days }));
  return parts.join(t("gap"));
}
