import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { askCategories } from "../case/category";
import { gridMap } from "../map/handle";
import { canDrawMap } from "../map/webgl";
import { SignInForm } from "../signin/form";
import { camera, goTo, params, selection, setParams } from "../state/store";
import type { SheetHeight } from "../ui/heights";
import { Ask } from "./ask";
import { ownAreas, refOf } from "./choose";
import { may, me } from "./me";
import { Morning } from "./morning";
import { One } from "./one";
import { drawPatrol, drawSheet, showAreas } from "./overlay";
import { Readings } from "./readings";
import { recordPatrols } from "./recorder";
import { active, follow, open, openId } from "./state";
import { t } from "./text";
import { Today } from "./today";

const drawable = canDrawMap();

/** Draws what the screen is about, and brings its area into view once. */
function useMap(): void {
  const map = gridMap.value;
  const sheet = params.value["sheet"];
  const one = sheet === undefined ? (open.value ?? active.value)?.area : (refOf(sheet) ?? undefined);
  const of = one === undefined ? ownAreas.value : [one];
  const key = of.map((r) => `${r.kind}:${r.code}`).join();
  const mayFit = useSignal(camera.peek() === null);
  useEffect(() => {
    if (map === null) return;
    const r = refOf(sheet);
    return r === null ? drawPatrol(map, (id) => goTo({ view: "field", params: { report: id }, selection: null })) : drawSheet(map, r);
  }, [map, sheet]);
  useEffect(() => {
    if (map === null || of.length === 0) return;
    // An address that says where to look is followed, once.
    const fits = mayFit.peek();
    mayFit.value = true;
    let gone = false;
    if (fits) void showAreas(map, of, () => gone);
    return () => {
      gone = true;
    };
  }, [map, key]);
}

function Patrols(): JSX.Element {
  const height = useSignal<SheetHeight>("half");
  useMap();
  useEffect(() => {
    recordPatrols();
    return follow();
  }, []);
  // Whoever is on the way finds that patrol open.
  const under = active.value?.id;
  const first = useSignal(openId.peek() === null && Object.keys(params.peek()).length === 0);
  useEffect(() => {
    if (!first.peek() || under === undefined) return;
    first.value = false;
    setParams({ patrol: under });
  }, [under]);
  const p = params.value;
  useEffect(() => gridMap.peek()?.refit(), [p["patrol"], p["sheet"]]);
  const shown = p["readings"] !== undefined ? <Readings height={height} /> : p["sheet"] !== undefined ? <Morning height={height} /> : openId.value !== null ? <One height={height} /> : <Today height={height} />;
  return (
    <>
      <h1 class="visually-hidden">{t("title")}</h1>
      {shown}
      {!drawable && <p class="visually-hidden">{t("noMap")}</p>}
      <Ask />
    </>
  );
}

/** The screen of patrols: today's, the one that is walked, and the morning sheet. */
export function PatrolScreen(): JSX.Element {
  useEffect(() => {
    void askCategories();
    // What was chosen on the map of everybody is not what this is about.
    selection.value = null;
  }, []);
  const whoever = me.value;
  if (whoever === undefined) return <div class="field-waits" />;
  if (whoever === null || !may("read_patrols")) {
    return (
      <div class="field-signin">
        <SignInForm why={t(whoever === null ? "needed" : "notForYou")} onDone={() => undefined} />
      </div>
    );
  }
  return <Patrols />;
}
