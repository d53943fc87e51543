import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { askCategories, categoryName } from "../case/category";
import { gridMap } from "../map/handle";
import { canDrawMap } from "../map/webgl";
import { shortNumber } from "../report/number";
import { goTo, linkTo, synthetic, tell } from "../state/store";
import { Sheet } from "../ui/sheet";
import { showPlace } from "./onmap";
import { FollowedReport } from "./report";
import { stepName, t } from "./text";
import { watch, type Watched } from "./watch";
import { Skeleton } from "../ui/skeleton";

/** A report that is followed with its secret. */
export function Follow({ id, secret }: { id: string; secret: string }): JSX.Element {
  const watched = useSignal<Watched | null>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    void askCategories();
    const w = watch(id, secret, (r, changed) => {
      const { status } = r.properties;
      tell(changed.has("status") ? t("news", { status: stepName(status) }) : t("newsOther"));
    });
    watched.value = w;
    return w.end;
  }, [id, secret]);
  const w = watched.value;
  const report = w?.report.value ?? null;
  const trouble = w?.trouble.value ?? null;
  const place = useComputed(() => watched.value?.report.value?.geometry.coordinates.join() ?? null).value;
  const map = gridMap.value;
  useEffect(() => {
    if (place === null) return undefined;
    const [lon = 0, lat = 0] = place.split(",").map(Number);
    return showPlace(lon, lat);
  }, [place, map]);
  const there = report !== null;
  useEffect(() => {
    // Where a person comes from another screen, reading begins here.
    if (there) title.current?.focus();
  }, [there]);
  useEffect(() => {
    if (report?.properties.synthetic === true) synthetic.value = true;
  }, [report]);
  const wrong = report === null && trouble === "missing";
  return (
    <Sheet
      kind="follow"
      label={t("page")}
      above={`${t("page")} · ${t("number", { number: shortNumber(id) })}`}
      title={report !== null ? categoryName(report.properties.category) : wrong ? t("wrong") : trouble !== null ? t("page") : null}
      titleRef={title}
      onClose={() => goTo({ view: "map" })}
      busy={report === null && trouble === null}
    >
      {wrong && <p>{t("wrongHelp")}</p>}
      {!wrong && trouble !== null && (
        <div class="stale" role="alert">
          <p>{t(report === null ? "awayNothing" : "away")}</p>
          <button type="button" class="button" onClick={w?.ask}>
            {t("retry")}
          </button>
        </div>
      )}
      {report === null && trouble === null && (
        <Skeleton says={t("loading")} lines="wide tall short tall" />
      )}
      {report !== null && w !== null && (
        <>
          <FollowedReport report={report} fresh={w.fresh.value} headers={{ "X-Follow-Secret": secret }} canShowMap={canDrawMap()} />
          <p class="soft follow-live">{t(w.live.value ? "live" : "notLive")}</p>
        </>
      )}
      <p class="panel-links">
        <a class="button" href={linkTo({ view: "follow", params: {} })}>
          {t("toMine")}
        </a>
      </p>
    </Sheet>
  );
}
