import type { JSX } from "preact";
import { goTo } from "../state/store";
import { Sheet } from "../ui/sheet";
import { t } from "./text";

/** Edit mode: boundaries redrawn on the map. */
export function PlanScreen(): JSX.Element {
  return (
    <Sheet label={t("title")} title={t("title")} onClose={() => goTo({ view: "map", params: {} })}>
      <p>{t("lead")}</p>
    </Sheet>
  );
}
