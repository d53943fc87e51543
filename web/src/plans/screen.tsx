import type { JSX } from "preact";
import { t } from "./text";

/** The plans of new boundaries, and what each would change. */
export function PlansScreen(): JSX.Element {
  return (
    <div class="plans">
      <h1>{t("title")}</h1>
      <p>{t("lead")}</p>
    </div>
  );
}
