import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { refText } from "../api/people";
import { onEvent } from "../live/live";
import { canDrawMap } from "../map/webgl";
import { formatLocal } from "../plans/when";
import { app } from "../state/app";
import { found } from "../state/place";
import { can, who } from "../state/session";
import { goTo, linkTo, selection, setParams, synthetic, params } from "../state/store";
import { Closed } from "../ui/closed";
import { Sheet } from "../ui/sheet";
import { Skeleton } from "../ui/skeleton";
import { AreaView } from "./area";
import { ChangeDialog } from "./dialog";
import { Handovers } from "./handovers";
import { Legend } from "./legend";
import { colourMaps } from "./overlay";
import { Persons } from "./persons";
import { askVacant, at, chosen, day, refresh, tab, tabs, turn, unload, zone, type Tab } from "./state";
import { t } from "./text";
import { Vacant } from "./vacant";
import { dayText } from "./words";

const leave = () => goTo({ view: "map", params: {} });

/** The day that everything is shown as of. */
function AsOf(): JSX.Element {
  const today = formatLocal(Date.now(), zone.value).slice(0, 10);
  return (
    <div class="as-of">
      <label for="as-of">{t("asOf")}</label>
      <input id="as-of" class="text-field" type="date" max={today} value={day.value ?? ""} onChange={(e) => setParams({ on: e.currentTarget.value === "" || e.currentTarget.value === today ? null : e.currentTarget.value })} />
      {day.value !== null && (
        <button type="button" class="button small" onClick={() => setParams({ on: null })}>
          {t("asNow")}
        </button>
      )}
    </div>
  );
}

/** The ways to bring a roster in from a file, and to take it out as one. */
function Files(): JSX.Element | null {
  if (!can("manage_duties")) return null;
  return (
    <p class="panel-links people-files">
      <a class="button small" href={linkTo({ view: "import", params: { what: "roster" }, selection: null })}>
        {t("importFile")}
      </a>
      {(["csv", "xlsx"] as const).map((format) => (
        <a key={format} class="button small" href={linkTo({ view: "import", params: { tab: "out", of: "roster", format }, selection: null })}>
          {t("exportFile", { format: format.toUpperCase() })}
        </a>
      ))}
    </p>
  );
}

function Tabs(): JSX.Element {
  const now = tab.value;
  return (
    <nav class="people-tabs" aria-label={t("parts")}>
      {tabs.map((name: Tab) => {
        const next: Record<string, string> = {};
        for (const key of ["on", "colour", "q"]) if (params.value[key] !== undefined) next[key] = params.value[key];
        return (
          <a key={name} href={linkTo({ params: { ...next, ...(name === "area" ? {} : { tab: name }) } })} {...(name === now ? { "aria-current": "page" as const } : {})}>
            {t(`tab_${name}`)}
          </a>
        );
      })}
    </nav>
  );
}

/** Keeps what is vacant, and the map, at what is shown. */
function useWorld(): void {
  useEffect(() => {
    let stop = new AbortController();
    const ends = [
      effect(() => {
        void at.value;
        void turn.value;
        stop.abort();
        stop = new AbortController();
        void askVacant(stop.signal);
      }),
      // A place is no area: what answers there is shown by its grid.
      effect(() => {
        const f = found.value;
        if (f?.type !== "point" || selection.value !== f.of) return;
        const grid = f.located.areas.grid;
        selection.value = grid === null ? null : { type: "area", ref: { kind: "grid", code: grid.code } };
      }),
      onEvent("revision.published", refresh),
      onEvent("reset", refresh),
      colourMaps(),
    ];
    return () => {
      stop.abort();
      for (const end of ends) end();
      unload();
    };
  }, []);
}

function Open(): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  useWorld();
  useEffect(() => title.current?.focus(), []);
  // What was chosen on the map is to be seen, whatever part was shown.
  const area = chosen.value;
  const key = area === null ? "" : refText(area);
  const before = useRef(key);
  useEffect(() => {
    if (key !== "" && key !== before.current && tab.peek() !== "area") setParams({ tab: null, person: null });
    before.current = key;
    document.querySelector(".people .panel-body")?.scrollTo(0, 0);
  }, [key]);
  if (app.value?.synthetic === true) synthetic.value = true;
  const now = tab.value;
  return (
    <>
      <h1 class="visually-hidden">{t("title")}</h1>
      <Sheet
        kind="people"
        label={t("title")}
        title={t("title")}
        titleRef={title}
        onClose={leave}
        under={
          <>
            <Tabs />
            {day.value !== null && <p class="past-note">{t("pastNote", { day: dayText(`${day.value}T12:00:00Z`) })}</p>}
          </>
        }
      >
        {now !== "handover" && (now !== "person" || params.value.person === undefined) && <AsOf />}
        {(now === "vacant" || (now === "area" && area === null)) && canDrawMap() && <Legend />}
        {now === "area" ? <AreaView of={area} /> : now === "person" ? <Persons /> : now === "vacant" ? <Vacant /> : <Handovers />}
        {(now === "vacant" || (now === "area" && area === null)) && <Files />}
      </Sheet>
      <ChangeDialog />
    </>
  );
}

/** Posts and people: by area, by person, what is vacant, and what has been handed over. */
export function PeopleScreen(): JSX.Element {
  if (who.value === undefined) {
    return (
      <Sheet label={t("title")} title={t("title")} busy>
        <Skeleton says={t("loading")} lines="wide tall tall tall" />
      </Sheet>
    );
  }
  return can("read_roster") ? <Open /> : <Closed kind="people-closed" t={t} />;
}
