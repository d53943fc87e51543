import type { JSX } from "preact";
import type { Hotspots } from "../api/hotspots";
import { language } from "../i18n/i18n";
import { formatDay, formatNumber } from "../units/format";
import { eye } from "./marks";
import { t } from "./text";

/** The sign of hexagons that were only looked at more, as on the map. */
function Eye(): JSX.Element {
  return (
    <svg class="heat-standing" viewBox="-1.2 -1.2 2.4 2.4" width="18" height="18" aria-hidden="true" focusable="false">
      <path d={eye.lid} fill="none" stroke="currentColor" stroke-width="0.2" />
      <path d={eye.pupil} fill="currentColor" />
    </svg>
  );
}

/** Says of a hexagon that it looks hot only because it was looked at more. */
export function WatchedText(): JSX.Element {
  return (
    <p class="heat-watched">
      <Eye /> <span>{t("watched")}</span>
    </p>
  );
}

/** What the mark of such hexagons means, and how many have it; and what hours there are to tell it by. */
export function Watched({ of }: { of: Hotspots }): JSX.Element | null {
  const { patrol_hours, patrol_hours_since } = of;
  if (patrol_hours === undefined) return null;
  const n = of.features.filter((c) => c.properties.watched === true).length;
  return (
    <>
      {n > 0 && (
        <p class="heat-watched">
          <Eye /> <span>{t("watchedMany", { n: formatNumber(n, language.value) })}</span>
        </p>
      )}
      <p class="heat-meaning">
        {patrol_hours === 0 ? t("noHours") : t("hoursAll", { n: formatNumber(patrol_hours, language.value, patrol_hours < 10 ? 1 : 0) })}
        {patrol_hours_since !== undefined && ` ${t("hoursSince", { day: formatDay(Date.parse(patrol_hours_since), language.value) })}`}
      </p>
    </>
  );
}
