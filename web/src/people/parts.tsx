import type { JSX } from "preact";
import type { Trouble } from "../api/client";
import { refresh } from "./state";
import { t } from "./text";

/** Says why something could not be shown, with the way to try again. */
export function Failed({ trouble }: { trouble: Trouble }): JSX.Element {
  return (
    <div class="stale" role="alert">
      <p>{t(trouble === "busy" ? "busy" : trouble === "private" ? "notYours" : trouble === "missing" ? "notThere" : trouble === "refused" ? "notThen" : "away")}</p>
      {trouble !== "private" && trouble !== "refused" && (
        <button type="button" class="button" onClick={refresh}>
          {t("retry")}
        </button>
      )}
    </div>
  );
}
