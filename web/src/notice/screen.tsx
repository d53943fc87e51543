import type { JSX } from "preact";
import { t } from "./text";

/** The notice sheet of a grid. */
export function NoticeScreen(): JSX.Element {
  return (
    <div class="notice">
      <h1>{t("title")}</h1>
      <p>{t("lead")}</p>
    </div>
  );
}
