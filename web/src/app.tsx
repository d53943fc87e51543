import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "./i18n/i18n";
import { gridMap } from "./map/handle";
import { canDrawMap } from "./map/webgl";
import { ReportButton } from "./report/entry";
import { loadPart, screens } from "./screens";
import { who } from "./state/session";
import { linkTo, problem, selection, view } from "./state/store";
import type { ScreenName } from "./state/url";
import { Banner, Status, SyntheticNote } from "./ui/banner";
import { BaseNote } from "./ui/basenote";
import { Nav } from "./ui/nav";
import { isShut, Shut } from "./ui/shut";
// Small things that most screens share: each in a file of its own, they would
// be twice as large on the line.
import "./api/reports";
import "./map/cover";
import "./map/position";
import "./place/distance";
import "./place/edge";
import "./place/placename";
import "./report/number";
import "./search/soon";
import "./state/place";
import "./ui/name";
import "./ui/skeleton";
import "./units/format";

const drawable = canDrawMap();

/** Shows a part of the program once it has been loaded, and until then something in its place. */
function Lazy({ sheet, load, meanwhile, onReady }: { sheet: string | null; load: () => Promise<() => JSX.Element | null>; meanwhile: JSX.Element; onReady?: () => void }): JSX.Element {
  const part = useSignal<(() => JSX.Element | null) | null>(null);
  useEffect(() => {
    let gone = false;
    const start = () => {
      loadPart(sheet, load).then(
        (p) => {
          if (!gone) part.value = p;
          onReady?.();
        },
        () => (problem.value = { trouble: "away", retry: () => { problem.value = null; start(); } }),
      );
    };
    start();
    return () => {
      gone = true;
    };
  }, []);
  const Part = part.value;
  return Part === null ? meanwhile : <Part />;
}

const nothing = <></>;
const atlasPart = {
  search: async () => (await import("./atlas")).Search,
  panel: async () => { const { Panel } = await import("./atlas"); return () => <Panel canShowMap={drawable} />; },
  list: async () => { const { ListPage } = await import("./atlas"); return () => <ListPage canShowMap={drawable} />; },
};

/** What is drawn, as a picture: browsers do not print what a graphics card drew. */
function PrintPicture({ onMap }: { onMap: boolean }): JSX.Element | null {
  useEffect(() => {
    // Set at once: by the next drawing of the page the paper is done.
    const before = () => {
      const img = document.querySelector<HTMLImageElement>(".print-picture");
      const picture = gridMap.peek()?.picture();
      if (img !== null && picture !== undefined) img.src = picture;
    };
    addEventListener("beforeprint", before);
    return () => removeEventListener("beforeprint", before);
  }, []);
  return onMap ? <img class="print-picture" alt="" /> : null;
}

/** What is on the page in place of a screen: the list stands in for the map where that cannot be drawn. */
function shownScreen(name: ScreenName): ScreenName {
  if (who.value?.must_change === true) return "signin"; // where the own password is set first
  if (name === "map" && !drawable) return "list";
  return name === "map" || name === "list" || screens[name] !== undefined ? name : "map";
}

/** The whole page. */
export function App(): JSX.Element {
  const name = shownScreen(view.value);
  const screen = screens[name];
  const shut = isShut();
  // What these show is kept from the public as a whole.
  const shutOut = shut && (name === "map" || name === "list" || name === "heat");
  const onMap = drawable && !shut && (name === "map" || screen?.onMap === true);
  const atlas = !shut && (name === "map" || name === "list");
  // The map is most of the program: what the address asks for comes first.
  const mapMayCome = useSignal(screen === undefined);
  return (
    <div class={`app app-${onMap ? "map" : "list"} screen-${name}`}>
      <header class="top">
        {onMap && name === "map" && (
          <a class="skip" href={linkTo({ view: "list" })}>
            {t("skipToList")}
          </a>
        )}
        {!shut && name !== "report" && <Lazy key="search" sheet={null} load={atlasPart.search} meanwhile={<div class="search" />} />}
        <Nav canShowMap={drawable} />
      </header>
      <main>
        {((onMap && name === "map") || name === "report" || name === "follow") && <h1 class="visually-hidden">{t("title")}</h1>}
        {onMap && (mapMayCome.value ? <Lazy key="map" sheet="src/map/mappage.css" load={async () => (await import("./map/mappage")).MapPage} meanwhile={<div class="map" />} /> : <div class="map" />)}
        {shutOut && <Shut />}
        {!shut && name === "list" && <Lazy key="list" sheet="src/list/screen.css" load={atlasPart.list} meanwhile={nothing} />}
        {screen !== undefined && !shutOut && <Lazy key={name} sheet={screen.sheet} load={screen.load} meanwhile={<p class="visually-hidden" role="status">{t("loading")}</p>} onReady={() => (mapMayCome.value = true)} />}
        {onMap && name === "map" && selection.value === null && problem.value === null && <p class="hint">{t("tapHint")}</p>}
        {atlas && selection.value === null && <ReportButton />}
        <PrintPicture onMap={onMap} />
      </main>
      {atlas && <Lazy key="panel" sheet={null} load={atlasPart.panel} meanwhile={nothing} />}
      <footer class="corner">
        {onMap && <BaseNote />}
        {onMap && <SyntheticNote />}
        <p class="print-only">{t("printedFrom", { url: location.href })}</p>
      </footer>
      <Banner />
      <Status />
    </div>
  );
}
