import type { JSX } from "preact";
import { t } from "../i18n/i18n";
import { baseMap, baseMapAnswers } from "../state/basemap";

/** Says in the corner whose the base map is and under which number it was reviewed, as the law and its owner want, or that it stays away. */
export function BaseNote(): JSX.Element | null {
  const b = baseMap.value;
  if (b === null) return null;
  return (
    <p class="base-note">
      <span>{b.attribution}</span>
      {b.review_number !== undefined && <span>{t("baseMapReview", { number: b.review_number })}</span>}
      {baseMapAnswers.value === false && <span class="base-away">{t("baseMapAway")}</span>}
    </p>
  );
}
