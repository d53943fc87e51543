import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "./i18n/i18n";
import { ListPage } from "./list/listpage";
import { gridMap } from "./map/handle";
import { canDrawMap } from "./map/webgl";
import { Panel } from "./place/panel";
import { Search } from "./search/search";
import { linkTo, problem, selection, view } from "./state/store";
import { Banner, Status, SyntheticNote } from "./ui/banner";
import { Nav } from "./ui/nav";

const drawable = canDrawMap();

/** The map's part of the program, which is most of it: loaded when the map is shown. */
function LazyMap(): JSX.Element {
  const page = useSignal<(() => JSX.Element) | null>(null);
  useEffect(() => {
    const load = () => {
      import("./map/mappage").then(
        (m) => (page.value = m.MapPage),
        () => (problem.value = { trouble: "away", retry: () => { problem.value = null; load(); } }),
      );
    };
    load();
  }, []);
  const Page = page.value;
  return Page === null ? <div class="map" /> : <Page />;
}

/** What is drawn, as a picture: browsers do not print what a graphics card drew. */
function PrintPicture(): JSX.Element | null {
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
  return view.value === "map" ? <img class="print-picture" alt="" /> : null;
}

/** The whole page. */
export function App(): JSX.Element {
  const showsMap = view.value === "map" && drawable;
  return (
    <div class={`app ${showsMap ? "app-map" : "app-list"}${selection.value === null ? "" : " with-panel"}`}>
      <header class="top">
        {showsMap && (
          <a class="skip" href={linkTo({ view: "list" })}>
            {t("skipToList")}
          </a>
        )}
        <Search />
        <Nav canShowMap={drawable} />
      </header>
      <main>
        {showsMap && <h1 class="visually-hidden">{t("title")}</h1>}
        {showsMap ? <LazyMap /> : <ListPage canShowMap={drawable} />}
        {showsMap && selection.value === null && problem.value === null && <p class="hint">{t("tapHint")}</p>}
        <PrintPicture />
      </main>
      <Panel canShowMap={drawable} />
      <footer class="corner">
        {showsMap && <SyntheticNote />}
        <p class="print-only">{t("printedFrom", { url: location.href })}</p>
      </footer>
      <Banner />
      <Status />
    </div>
  );
}
