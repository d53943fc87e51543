import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { nameOf, t } from "../i18n/i18n";
import { asking, found, type Found } from "../state/place";
import { can } from "../state/session";
import { linkTo, selection, tell, view } from "../state/store";
import { formatPosition } from "../units/format";
import { Icon } from "../ui/icons";
import { Sheet } from "../ui/sheet";
import { AreaDetails } from "./area";
import { distance } from "./distance";
import { kindOf } from "./parts";
import { placeName } from "./placename";
import { PointDetails } from "./point";
import { Skeleton } from "../ui/skeleton";

function close(): void {
  const inside = document.activeElement?.closest(".panel") !== null;
  selection.value = null;
  if (inside) document.querySelector<HTMLElement>(".maplibregl-canvas, .list a[aria-current]")?.focus();
}

async function copyLink(): Promise<void> {
  await navigator.clipboard.writeText(location.href);
  tell(t("copied"));
}

function heading(f: Found): { above: string; name: string } {
  if (f.type === "area") return { above: kindOf(f.feature.properties), name: nameOf(f.feature.properties) };
  const inside = f.located.areas.district !== null || f.located.areas.grid !== null;
  if (f.of.type === "point" && f.of.accuracyM !== null) {
    return { above: t("myPlaceAccuracy", { distance: distance(f.of.accuracyM) }), name: placeName(f) };
  }
  return { above: inside ? t("here") : formatPosition(f.located.point.lon, f.located.point.lat), name: placeName(f) };
}

/** The card beside the map, or the sheet under it on a phone, about what was chosen. */
export function Panel({ canShowMap }: { canShowMap: boolean }): JSX.Element | null {
  const title = useRef<HTMLHeadingElement>(null);
  const f = found.value;
  // Of another choice, not of news about the same: those move nothing under the reader.
  useEffect(() => {
    if (f !== null) document.querySelector(".panel-body")?.scrollTo(0, 0);
  }, [f?.of]);
  useEffect(() => {
    if (f !== null && view.peek() === "list") title.current?.focus();
  }, [f?.of]);
  if (selection.value === null) return null;
  const head = f === null ? null : heading(f);
  return (
    <Sheet
      label={t("panelName")}
      {...(head === null ? {} : { above: head.above })}
      title={head?.name ?? null}
      titleRef={title}
      busy={asking.value}
      old={asking.value && f !== null && f.of !== selection.value}
      onClose={close}
      foot={
        f?.type === "point" && f.of === selection.value && (f.located.areas.district !== null || f.located.areas.grid !== null) ? (
          <a class="button main" href={linkTo({ view: "report" })}>
            <Icon name="flag" />
            {t("reportHere")}
          </a>
        ) : undefined
      }
    >
      {f !== null && !asking.value && f.of !== selection.value && <p class="stale">{t("stale")}</p>}
      {f === null ? asking.value ? <Skeleton says={t("loading")} lines="wide short tall tall short" /> : <p class="soft">{t("noAnswer")}</p> : f.type === "point" ? <PointDetails found={f} /> : <AreaDetails found={f} />}
      {f !== null && (
        <p class="panel-links">
          {f.type === "area" && can("read_roster") && (
            <a class="button" href={linkTo({ view: "people" })}>
              {t("allPosts")}
            </a>
          )}
          {view.value === "list" && canShowMap && <a class="button" href={linkTo({ view: "map", camera: null })}>{t("showOnMap")}</a>}
          {isSecureContext && (
            <button type="button" class="button" onClick={() => void copyLink()}>
              <Icon name="link" />
              {t("copyLink")}
            </button>
          )}
        </p>
      )}
    </Sheet>
  );
}
