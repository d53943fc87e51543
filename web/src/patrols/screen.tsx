import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { askCategories } from "../case/category";
import { app } from "../state/app";
import { can, who } from "../state/session";
import { goTo, linkTo, params, selection, synthetic } from "../state/store";
import { SignInForm } from "../signin/form";
import { Sheet } from "../ui/sheet";
import { Skeleton } from "../ui/skeleton";
import { CheckpointPage, leaveCheckpoint } from "./checkpoint";
import { CheckpointList } from "./checkpoints";
import { PatrolList } from "./list";
import { drawPatrols } from "./overlay";
import { leavePatrol, PatrolPage } from "./page";
import { PlanForm } from "./planform";
import { follow, tab, tabs, type Tab } from "./state";
import { t } from "./text";

function Tabs(): JSX.Element {
  const { in: within } = params.value;
  const kept: Record<string, string> = within === undefined ? {} : { in: within };
  return (
    <nav class="people-tabs" aria-label={t("parts")}>
      {tabs.map((name: Tab) => (
        <a key={name} href={linkTo({ params: name === "patrols" ? kept : { ...kept, tab: name } })} {...(name === tab.value ? { "aria-current": "page" as const } : {})}>
          {t(`tab_${name}`)}
        </a>
      ))}
      {can("read_tracks") && <a href={linkTo({ view: "watch", params: {} })}>{t("toWatch")}</a>}
    </nav>
  );
}

function Open(): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    void askCategories();
    // What was chosen on the map of everybody is not what this is about.
    selection.value = null;
    const ends = [follow(), drawPatrols()];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  const { id, cp, edit } = params.value;
  const page = tab.value === "patrols" ? id : cp;
  useEffect(() => {
    title.current?.focus({ preventScroll: true });
    document.querySelector(".patrols .panel-body")?.scrollTo(0, 0);
  }, [page, edit, tab.value]);
  if (app.value?.synthetic === true) synthetic.value = true;
  const close = page === undefined ? () => goTo({ view: "map", params: {} }) : tab.value === "patrols" ? leavePatrol : leaveCheckpoint;
  const heading = tab.value === "patrols" ? (id === "new" ? "titleNew" : id === undefined ? "title" : edit === "1" ? "titleChange" : "titleOne") : cp === "new" ? "titleNewPoint" : cp === undefined ? "title" : edit === "1" ? "titleChangePoint" : "titlePoint";
  return (
    <>
      <h1 class="visually-hidden">{t("title")}</h1>
      <Sheet kind="patrols" label={t("title")} title={t(heading)} titleRef={title} onClose={close} {...(page === undefined ? { under: <Tabs /> } : {})}>
        {tab.value === "patrols" ? (
          id === undefined ? <PatrolList /> : id === "new" ? can("plan_patrols") ? <PlanForm key="new" patrol={null} /> : <p>{t("mayNot")}</p> : <PatrolPage key={id} id={id} />
        ) : cp === undefined ? (
          <CheckpointList />
        ) : (
          <CheckpointPage key={cp} id={cp} />
        )}
      </Sheet>
    </>
  );
}

/** Patrols and checkpoints: what is planned, what became of it, and where to look. */
export function PatrolsScreen(): JSX.Element {
  const me = who.value;
  if (me === undefined) {
    return (
      <Sheet label={t("title")} title={t("title")} busy>
        <Skeleton says={t("loading")} lines="wide tall tall tall" />
      </Sheet>
    );
  }
  if (me === null || !can("read_patrols")) {
    return (
      <div class="field-signin">
        <SignInForm why={t(me === null ? "signInHelp" : "notYours")} onDone={() => undefined} />
      </div>
    );
  }
  return <Open />;
}
