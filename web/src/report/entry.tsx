import type { JSX } from "preact";
import { t } from "../i18n/i18n";
import { linkTo } from "../state/store";
import { Icon } from "../ui/icons";
import { waitingCount } from "./waitingmark";

/** The one big button on the map: the way to the report form. It says how many reports still wait on this device. */
export function ReportButton(): JSX.Element {
  const n = waitingCount.value;
  return (
    <a class="report-button" href={linkTo({ view: "report" })}>
      <Icon name="flag" />
      {t("reportHazard")}
      {n > 0 && <span class="report-waiting">{t("reportsWaiting", { n })}</span>}
    </a>
  );
}

/** Goes on sending what an earlier page could not, whichever screen is opened. */
export function sendWhatWaits(): void {
  if (waitingCount.peek() === 0) return;
  const load = () => void import("./queue").catch(() => undefined);
  // The page itself comes first.
  if (document.readyState === "complete") setTimeout(load, 500);
  else addEventListener("load", () => setTimeout(load, 500));
}
