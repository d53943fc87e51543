import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../i18n/i18n";
import { app } from "../state/app";
import { hidden } from "../state/store";
import { layerNames, type LayerName } from "../state/url";
import { Icon } from "../ui/icons";
import { useDismiss } from "../ui/nav";
import { tMap } from "./text";

function layerName(name: LayerName): string {
  switch (name) {
    case "ground":
      return tMap("layerGround");
    case "labels":
      return tMap("layerLabels");
    case "basemap":
      return tMap("layerBaseMap");
    default:
      return t(`${name}s`);
  }
}

function toggle(name: LayerName): void {
  hidden.value = hidden.value.includes(name) ? hidden.value.filter((n) => n !== name) : [...hidden.value, name];
}

/** The switch of layers, which is the legend of the lines as well. */
export function Layers(): JSX.Element {
  const open = useSignal(false);
  const hasBaseMap = (app.value?.basemap ?? null) !== null;
  const box = useDismiss(open.value, () => (open.value = false));
  return (
    <div class="layers" ref={box}>
      <button type="button" class="icon-button control" aria-label={t("layers")} title={t("layers")} aria-expanded={open.value} aria-controls="layers" onClick={() => (open.value = !open.value)}>
        <Icon name="layers" />
      </button>
      {open.value && (
        <fieldset id="layers" class="card layers-card">
          <legend>{t("layers")}</legend>
          {layerNames.filter((n) => n !== "basemap" || hasBaseMap).map((n) => (
            <label key={n}>
              <input type="checkbox" checked={!hidden.value.includes(n)} onChange={() => toggle(n)} />
              <span class="layer-name">{layerName(n)}</span>
              <span class={`sample sample-${n}`} aria-hidden="true" />
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
