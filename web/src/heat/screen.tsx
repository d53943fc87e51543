import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { onEvent } from "../live/live";
import { gridMap } from "../map/handle";
import { goTo, setParams } from "../state/store";
import { Sheet } from "../ui/sheet";
import { Chosen } from "./chosen";
import { Filters } from "./filters";
import { Legend } from "./legend";
import { drawHeat } from "./overlay";
import { forgetPlaces } from "./places";
import { answer, asking, filter, followQuestion, old, refresh } from "./state";
import { ColourSwitch } from "./switch";
import { Places } from "./table";
import { t } from "./text";
import { Timeline } from "./timeline";
import { howMany } from "./words";
import { Skeleton } from "../ui/skeleton";

function Empty(): JSX.Element {
  const { category, state, time } = filter.value;
  const narrowed = category.length > 0 || state !== null;
  return (
    <section class="heat-empty" role="status">
      <h3>{t("emptyTitle")}</h3>
      <p>{t(narrowed ? "emptyFilter" : "emptyAll")}</p>
      <p class="heat-ways">
        {narrowed && (
          <button type="button" class="button" onClick={() => setParams({ category: null, state: null })}>
            {t("showAll")}
          </button>
        )}
        {time !== "365" && (
          <button type="button" class="button" onClick={() => setParams({ time: null, frame: null })}>
            {t("showYear")}
          </button>
        )}
      </p>
    </section>
  );
}

function Waiting(): JSX.Element {
  return (
    <Skeleton says={t("loading")} lines="wide tall short short" />
  );
}

/** Where reports gather, by category, state and time. */
export function HeatScreen(): JSX.Element {
  useEffect(() => followQuestion(), []);
  const map = gridMap.value;
  useEffect(() => (map === null ? undefined : drawHeat(map)), [map]);
  useEffect(() => {
    const ends = [
      onEvent("report.created", refresh),
      onEvent("report.changed", refresh),
      onEvent("reset", refresh),
      onEvent("revision.published", forgetPlaces),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  const a = answer.value;
  return (
    <>
      <h1 class="visually-hidden">{t("title")}</h1>
      <Sheet
        kind="heat"
        label={t("title")}
        title={t("title")}
        busy={asking.value}
        old={old.value && asking.value}
        {...(a === null ? {} : { above: howMany(a.hotspots.total) })}
        onClose={() => goTo({ view: "map" })}
      >
        <Filters />
        <ColourSwitch />
        {old.value && !asking.value && <p class="stale">{t("old")}</p>}
        {a === null ? (
          asking.value ? <Waiting /> : <p class="soft">{t("failed")}</p>
        ) : a.hotspots.total === 0 ? (
          <Empty />
        ) : (
          <>
            <Timeline />
            <Chosen />
            <Legend />
            <Places />
          </>
        )}
      </Sheet>
    </>
  );
}
