import { effect } from "@preact/signals";
import { onEvent } from "../live/live";
import { tell } from "../state/store";
import { keyName } from "./desk";
import type { PlanStore } from "./store";
import { t } from "./text";

/** Keeps a plan at what others do to it, until the function that is given is called, and says what they did. */
export function hearChanges(of: PlanStore): () => void {
  const ends = [
    onEvent("plan.changed", (e) => of.hear(e)),
    onEvent("reset", () => void of.reread()),
    onEvent("revision.published", () => void of.reread()),
    effect(() => {
      const c = of.changed.value;
      if (c === null || c.mine || c.areas.length === 0) return;
      tell(t(c.elsewhere ? "ownChanged" : "othersChanged", { by: c.by ?? t("somebody"), areas: c.areas.slice(0, 3).map((a) => keyName(a.id)).join(t("and")) }));
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
