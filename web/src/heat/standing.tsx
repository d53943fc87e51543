import type { JSX } from "preact";
import type { Variable } from "../api/hotspots";
import { triangles } from "./marks";
import { t } from "./text";
import type { Standing } from "./values";

/** The sign of how a hexagon stands out, as on the map; nothing a screen reader needs. */
function StandingSign({ of }: { of: Standing }): JSX.Element {
  return (
    <svg class="heat-standing" viewBox="-1.2 -1.2 2.4 2.4" width="18" height="18" aria-hidden="true" focusable="false">
      <rect x="-1.2" y="-1.2" width="2.4" height="2.4" rx="0.4" fill={`var(--heat-${of})`} />
      {of !== "plain" && <path d={triangles[of]} fill="var(--heat-mark)" />}
    </svg>
  );
}

/** How it stands out, with its sign; in a sentence where it says what of. */
export function StandingText({ of, what }: { of: Standing; what?: Variable }): JSX.Element {
  return (
    <span class="heat-stands">
      <StandingSign of={of} />
      <span>{what === undefined ? t(of) : t(`${of}Long`, { what: t(what === "per_patrol_hour" ? "ofPerHour" : what === "rate" ? "ofRate" : "ofCount") })}</span>
    </span>
  );
}
