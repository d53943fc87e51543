import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Hit } from "../api/types";
import { nameOf, t as common, word } from "../i18n/i18n";
import { gridMap } from "../map/handle";
import { searchSoon } from "../search/soon";
import { app } from "../state/app";
import { tell } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { formatPosition } from "../units/format";
import { parsePosition } from "./position";
import { setPlace } from "./target";
import { t } from "./text";

const pauseMs = 200;
const limit = 8;

/** Goes to what was found: the map shows it whole, to point at the spot; without a map its middle is taken. */
function choose(hit: Hit): void {
  const { bbox } = hit.properties;
  const map = gridMap.peek();
  if (hit.geometry !== null) setPlace(hit.geometry.coordinates[0], hit.geometry.coordinates[1], null);
  if (map === null) tell(t("foundMiddle", { name: nameOf(hit.properties) }));
  else if (bbox !== undefined) map.map.fitBounds(bbox, { padding: 24, maxZoom: 16, animate: false }, { steered: true });
}

/** Finds a place by name, and reads coordinates. */
export function Find(): JSX.Element {
  const text = useSignal("");
  const hits = useSignal<Hit[] | null>(null);
  const failed = useSignal(false);
  const position = parsePosition(text.value, app.value?.bounds ?? null);
  useEffect(() => {
    const asked = text.value.trim();
    failed.value = false;
    if (asked === "" || position !== null || /^[\d\s.,，°-]+$/.test(asked)) {
      hits.value = null;
      return;
    }
    return searchSoon(asked, limit, pauseMs, (found) => (hits.value = found), () => (failed.value = true));
  }, [text.value]);
  const take = (work: () => void) => {
    work();
    text.value = "";
  };
  const usePosition = () => {
    if (position !== null) take(() => setPlace(position.lon, position.lat, null));
  };
  const first = hits.value?.[0];
  return (
    <form
      class="find"
      role="search"
      onSubmit={(e) => {
        e.preventDefault();
        if (position !== null) usePosition();
        else if (first !== undefined) take(() => choose(first));
      }}
    >
      <label class="field-box">
        <Icon name="search" />
        <span class="visually-hidden">{t("findLabel")}</span>
        <input type="text" inputMode="search" enterkeyhint="search" autocomplete="off" spellcheck={false} maxLength={80} placeholder={t("findHint")} value={text.value} onInput={(e) => (text.value = e.currentTarget.value)} />
        {text.value !== "" && (
          <button type="button" class="icon-button" aria-label={common("searchClear")} onClick={() => (text.value = "")}>
            <Icon name="close" />
          </button>
        )}
      </label>
      {position !== null && (
        <button type="button" class="found" onClick={usePosition}>
          <Icon name="position" />
          <span class="numbers">{t("findPosition", { position: formatPosition(position.lon, position.lat) })}</span>
        </button>
      )}
      {hits.value !== null && hits.value.length > 0 && (
        <ul aria-label={t("findResults")}>
          {hits.value.map((hit) => (
            <li key={hit.id}>
              <button type="button" class="found" onClick={() => take(() => choose(hit))}>
                <Icon name={hit.properties.type === "area" ? "area" : "road"} />
                <Name of={nameOf(hit.properties)} />
                <span class="soft">{hit.properties.kind === undefined ? word(hit.properties.class ?? "") : common(hit.properties.kind)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="find-note soft" role="status">
        {failed.value ? t("findFailed") : hits.value?.length === 0 ? t("findNothing", { text: text.value.trim() }) : ""}
      </p>
    </form>
  );
}
