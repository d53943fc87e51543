import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { nameOf, t } from "../i18n/i18n";
import { asking, found, type Found } from "../state/place";
import { linkTo, selection, tell, view } from "../state/store";
import { formatPosition } from "../units/format";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { AreaDetails } from "./area";
import { distance, kindOf } from "./parts";
import { placeName, PointDetails } from "./point";

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

function Skeleton(): JSX.Element {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">{t("loading")}</span>
      <i class="wide" />
      <i />
      <i class="tall" />
      <i class="tall" />
      <i />
    </div>
  );
}

/** The card beside the map, or the sheet under it on a phone, about what was chosen. */
export function Panel({ canShowMap }: { canShowMap: boolean }): JSX.Element | null {
  const large = useSignal(false);
  const title = useRef<HTMLHeadingElement>(null);
  const f = found.value;
  useEffect(() => {
    if (f !== null) document.querySelector(".panel-body")?.scrollTo(0, 0);
  }, [f]);
  useEffect(() => {
    if (f !== null && view.peek() === "list") title.current?.focus();
  }, [f]);
  if (selection.value === null) return null;
  const head = f === null ? null : heading(f);
  return (
    <aside class={`panel card${large.value ? " large" : ""}`} aria-label={t("panelName")} aria-busy={asking.value} onKeyDown={(e) => { if (e.key === "Escape") close(); }}>
      <header class="panel-head">
        <div class="panel-title" aria-live="polite">
          {head !== null && (
            <>
              <p class="above">{head.above}</p>
              <h2 ref={title} tabIndex={-1} class={head.name.length > 20 ? "long" : ""}>
                <Name of={head.name} />
              </h2>
            </>
          )}
        </div>
        <button type="button" class="icon-button resize" aria-label={t(large.value ? "smaller" : "larger")} aria-expanded={large.value} onClick={() => (large.value = !large.value)}>
          <Icon name={large.value ? "down" : "up"} />
        </button>
        <button type="button" class="icon-button" aria-label={t("close")} title={t("close")} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <div class={`panel-body${asking.value && f !== null && f.of !== selection.value ? " old" : ""}`} tabIndex={0} role="group" aria-label={t("panelName")}>
        {f !== null && !asking.value && f.of !== selection.value && <p class="stale">{t("stale")}</p>}
        {f === null ? asking.value ? <Skeleton /> : <p class="soft">{t("noAnswer")}</p> : f.type === "point" ? <PointDetails found={f} /> : <AreaDetails found={f} />}
        {f !== null && (
          <p class="panel-links">
            {view.value === "list" && canShowMap && <a class="button" href={linkTo({ view: "map", camera: null })}>{t("showOnMap")}</a>}
            {isSecureContext && (
              <button type="button" class="button" onClick={() => void copyLink()}>
                <Icon name="link" />
                {t("copyLink")}
              </button>
            )}
          </p>
        )}
      </div>
    </aside>
  );
}
