import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Located } from "../api/types";
import { nameOf, word } from "../i18n/i18n";
import { gridMap } from "../map/handle";
import { canLocate, ownPosition } from "../map/position";
import { distance } from "../place/distance";
import { upward } from "../place/placename";
import { app } from "../state/app";
import { who } from "../state/session";
import { linkTo, selection } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { change, draft } from "./draft";
import { Find } from "./find";
import { followMap, tooFar } from "./pinmap";
import { asking, chooseSide, followPlace, moved, samePlace, setPlace, target } from "./target";
import { t } from "./text";

/** Asks the device where it is, and makes that the place, unless one was pointed at meanwhile. */
export async function takeOwn(): Promise<void> {
  const before = draft.peek().place;
  const p = await ownPosition();
  if (p === null || draft.peek().place !== before) return;
  gridMap.peek()?.setOwn(p.lon, p.lat, p.accuracyM);
  setPlace(p.lon, p.lat, p.accuracyM);
}

/** Asks for the own position where that was allowed before: nobody is asked a question by opening the form. */
export async function takeOwnIfAllowed(): Promise<void> {
  if (!canLocate()) return;
  const state = await navigator.permissions.query({ name: "geolocation" }).catch(() => null);
  if (state?.state === "granted") await takeOwn();
}

/** Reports whether a place may be sent: not one the server said lies outside. */
export function placeIsGood(): boolean {
  const { place } = draft.value;
  if (place === null) return false;
  const a = target.value;
  // While the answer for this place is awaited the last one counts: most moves are small.
  if (a === null) return !asking.value;
  if (a.trouble === "private") return false;
  return a.located === null || a.located.areas.district !== null;
}

/** Who a report at a place goes to, in one line. */
function goesTo(located: Located): JSX.Element {
  const { responsible, areas } = located;
  if (responsible.length === 0) return <>{t("goesToNobody")}</>;
  return (
    <>
      {t("goesTo")}{" "}
      {responsible.slice(0, 4).map((r, i) => (
        <span key={`${r.post} ${r.area_code}`}>
          {i > 0 && " · "}
          {word(r.post)} {r.name !== undefined && <b><Name of={r.name} /></b>}
          {r.name === undefined && r.area_kind !== "grid" && areas[r.area_kind] !== null && <Name of={areas[r.area_kind]?.name ?? ""} />}
        </span>
      ))}
    </>
  );
}

/** The way in, where only people with an account may report. */
function SignInFirst(): JSX.Element {
  return (
    <div class="whose bad">
      <p class="whose-name">{t("privateTitle")}</p>
      <p>{t("privateHelp")}</p>
      <a class="button" href={linkTo({ view: "signin", params: { next: linkTo({}) } })}>{t("signIn")}</a>
    </div>
  );
}

/** Shows the whole district, to point at a place in it. */
function home(): void {
  const bounds = app.peek()?.bounds;
  change({ place: null });
  if (bounds) gridMap.peek()?.map.fitBounds(bounds, { padding: 24, animate: false });
}

/** What the place is, and who answers there: named while the map moves. */
function Whose(): JSX.Element {
  const a = target.value;
  const { place } = draft.value;
  // Before the first publish no place is in the district.
  if (app.value?.revision === 0) return <p class="whose bad">{t("notYet")}</p>;
  if (place === null) return <p class="whose soft">{gridMap.value === null ? t("whereNoMap") : tooFar.value ? t("closer") : t("whereMap")}</p>;
  if (a === null) return <p class="whose soft">{t("asking")}</p>;
  const old = asking.value || !samePlace(a.of, place) ? " old" : "";
  if (a.trouble === "private") return <SignInFirst />;
  if (a.located === null) {
    return (
      <div class={`whose${old}`}>
        <p class="whose-name">{t("awayTitle")}</p>
        <p class="soft">{t("awayHelp")}</p>
      </div>
    );
  }
  const { areas, note } = a.located;
  if (areas.district === null) {
    const district = app.value?.district;
    return (
      <div class={`whose bad${old}`}>
        <p class="whose-name">{t("outsideTitle")}</p>
        <p>{t("outsideHelp", { district: district === undefined ? "" : nameOf(district) })}</p>
        {app.value?.bounds && gridMap.value !== null && (
          <button type="button" class="button" onClick={home}>
            {t("outsideBack")}
          </button>
        )}
      </div>
    );
  }
  const smallest = upward.map((k) => areas[k]).find((n) => n !== null);
  const wider = (["village", "township"] as const).map((k) => areas[k]).filter((n) => n !== null && n !== smallest);
  const main = areas.grid ?? smallest;
  return (
    <div class={`whose${old}`}>
      <p class="whose-name"><Name of={main?.name ?? ""} /></p>
      <p class="soft">
        {areas.grid === null && note === undefined && `${t("noGridTitle")} · `}
        {wider.map((n, i) => (
          <span key={n?.code}>
            {i > 0 && " · "}
            <Name of={n?.name ?? ""} />
          </span>
        ))}
        {place.accuracyM !== null && ` · ${t("ownAccuracy", { distance: distance(place.accuracyM) })}`}
      </p>
      <p>{note === undefined ? goesTo(a.located) : note()}</p>
    </div>
  );
}

/** Near an edge: which side it is on. Choosing the other moves the place there. */
function Sides(): JSX.Element | null {
  const a = target.value;
  const busy = useSignal<string | null>(null);
  const failed = useSignal(false);
  const m = moved.value;
  if (a === null || a.sides.length === 0) return null;
  const here = a.located?.areas.grid?.code;
  const pick = async (code: string) => {
    const side = a.sides.find((s) => s.code === code);
    if (side === undefined || code === here) return;
    busy.value = code;
    failed.value = !(await chooseSide(side));
    busy.value = null;
  };
  return (
    <fieldset class="sides" aria-busy={busy.value !== null}>
      <legend>{t("sideQuestion")}</legend>
      <div class="sides-list">
        {a.sides.map((s) => (
          <label key={s.code} class="side">
            <input type="radio" name="side" value={s.code} checked={(busy.value ?? here) === s.code} onChange={() => void pick(s.code)} />
            <span class="side-name"><Name of={s.name} /></span>
            <span class="soft">{s.code === here ? t("sideHere") : t("sideAway", { distance: distance(s.distanceM) })}</span>
          </label>
        ))}
      </div>
      <p role="status" class="side-note">
        {failed.value ? t("sideFailed") : m !== null && m.of === draft.value.place ? t("sideMoved", { distance: distance(m.m), name: m.name }) : ""}
      </p>
    </fieldset>
  );
}

/** The first question: where it is. */
export function PlaceStep(): JSX.Element {
  const map = gridMap.value;
  useEffect(followPlace, []);
  useEffect(() => (map === null ? undefined : followMap(map)), [map]);
  // A tap on the map, and its button for the own position, choose a place as on the other screens.
  const chosen = selection.value;
  useEffect(() => {
    if (chosen === null) return;
    if (chosen.type === "point") setPlace(chosen.lon, chosen.lat, chosen.accuracyM);
    selection.value = null;
  }, [chosen]);
  const grid = target.value?.located?.areas.grid?.code;
  useEffect(() => map?.light(grid === undefined ? null : { kind: "grid", code: grid }), [map, grid]);
  if (app.value?.public === "none" && who.value === null) return <SignInFirst />;
  return (
    <>
      <div aria-live="polite">
        <Whose />
      </div>
      <Sides />
      <div class="ways">
        {canLocate() && (
          <button type="button" class="button own" onClick={() => void takeOwn()}>
            <Icon name="position" />
            {t("useOwn")}
          </button>
        )}
        <Find />
      </div>
    </>
  );
}
