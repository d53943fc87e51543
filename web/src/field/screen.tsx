import { effect, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { AreaFeature } from "../api/types";
import { askCategories } from "../case/category";
import { language, nameOf } from "../i18n/i18n";
import { gridMap } from "../map/handle";
import { canDrawMap } from "../map/webgl";
import { SignInForm } from "../signin/form";
import { app } from "../state/app";
import { can, who } from "../state/session";
import { camera, selection } from "../state/store";
import type { SheetHeight } from "../ui/heights";
import { Sheet } from "../ui/sheet";
import { formatNumber } from "../units/format";
import { CaseView } from "./caseview";
import { Confirm } from "./confirm";
import { findAreas } from "./filters";
import { KeyButton, KeyHelp, useKeys } from "./keys";
import { CaseList, ListHead, openCase, openText } from "./list";
import { drawField, ownAreas, showOwn, showReport } from "./overlay";
import { follow, loading, openId, reports } from "./state";
import { OwnReceipts } from "./receipts";
import { t } from "./text";

const drawable = canDrawMap();

/** Keeps the map at what this screen is about while it is shown. */
function useMap(own: { value: readonly AreaFeature[] | null | undefined }, mayFit: boolean): void {
  useEffect(() => {
    let fit = mayFit && openId.peek() === null;
    let away = (): void => undefined;
    const drawing = effect(() => {
      const map = gridMap.value;
      const areas = own.value;
      away();
      away = () => undefined;
      if (map === null || areas === undefined) return;
      const district = app.value?.bounds ?? null;
      away = drawField(map, areas, openCase);
      if (!fit || (areas === null && district === null)) return;
      fit = false;
      // Not before the card is there that it makes room for.
      requestAnimationFrame(() => showOwn(map, areas, district));
    });
    let went: string | null = null;
    const going = effect(() => {
      const map = gridMap.value;
      const id = openId.value;
      if (id === null) went = null;
      const r = id === null ? undefined : reports.value.get(id);
      if (map === null || r === undefined || went === id) return;
      went = id;
      requestAnimationFrame(() => showReport(map, r));
    });
    return () => {
      drawing();
      going();
      away();
    };
  }, []);
}

/** The work of whoever is signed in. */
function Field(): JSX.Element {
  const own = useSignal<readonly AreaFeature[] | null | undefined>(undefined);
  const height = useSignal<SheetHeight>("half");
  const me = who.value;
  const all = me?.scope.all === true;
  const open = openId.value !== null;
  useMap(own, useSignal(camera.peek() === null).value);
  useKeys();
  useEffect(() => {
    if (me === null || me === undefined) return;
    let gone = false;
    void (me.scope.all ? Promise.resolve(null) : ownAreas(me.scope.areas)).then((areas) => {
      if (gone) return;
      own.value = areas;
      void findAreas(areas);
    });
    return () => {
      gone = true;
    };
  }, [me?.id]);
  useEffect(() => gridMap.peek()?.refit(), [open]);
  const names = own.value?.map((f) => nameOf(f.properties)) ?? [];
  const where = all ? (app.value === null ? "" : nameOf(app.value.district)) : names.length <= 2 ? names.join(language.value === "zh" ? "、" : ", ") : (names[0] ?? "") + ` +${names.length - 1}`;
  const above = loading.value === "rest" && all ? `${where} · ${t("loadingRest", { n: formatNumber(reports.value.size, language.value) })}` : where;
  return (
    <>
      <h1 class="visually-hidden">{t(all ? "titleAll" : "title")}</h1>
      <Sheet label={t("listName")} {...(above === "" ? {} : { above })} title={t(all ? "titleAll" : "title")} kind={`field-list${drawable ? "" : " alone"}`} height={height} extra={<KeyButton />} under={<ListHead />}>
        {!drawable && <p class="soft">{t("noMap")}</p>}
        <OwnReceipts />
        <CaseList />
      </Sheet>
      {open && <CaseView height={height} />}
      <p class="visually-hidden" role="status">
        {openText()}
      </p>
      <Confirm />
      <KeyHelp />
    </>
  );
}

/** The officer's screen: own areas, what is open in them, and what to do about it. */
export function FieldScreen(): JSX.Element {
  useEffect(() => {
    void askCategories();
    // What was chosen on the map of everybody is not what this is about.
    selection.value = null;
    return follow();
  }, []);
  const me = who.value;
  if (me === undefined) return <div class="field-waits" />;
  if (me === null || !can("read_descriptions")) {
    return (
      <div class="field-signin">
        <SignInForm why={t(me === null ? "needed" : "notForYou")} onDone={() => undefined} />
      </div>
    );
  }
  return <Field />;
}
