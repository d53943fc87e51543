import type { JSX } from "preact";
import { goOnRecording } from "../patrol/mark";
import { can, who } from "../state/session";
import { linkTo, view } from "../state/store";
import type { ScreenName } from "../state/url";
import { t } from "./text";
import type { zh } from "./zh";

// These links are there on every page of somebody who is signed in.
goOnRecording();

/** A screen in the menu, by its name there, and whether whoever is signed in has a use for it. */
interface Entry {
  to: ScreenName;
  name: keyof typeof zh;
  may: boolean;
}

function entries(): Entry[] {
  const plans = can("plan_boundaries");
  return [
    { to: "field", name: who.value?.scope.all === true ? "cases" : "myAreas", may: can("act_on_reports") },
    { to: "patrol", name: can("walk_patrols") && who.value?.person !== undefined ? "myPatrols" : "morningSheets", may: can("read_patrols") },
    { to: "patrols", name: "patrols", may: can("read_patrols") },
    { to: "watch", name: "livePatrols", may: can("read_tracks") },
    { to: "coverage", name: "coverage", may: can("read_patrols") },
    // The table of the grids is for those who look after all of them.
    { to: "grids", name: "gridTable", may: plans || can("dispatch_reports") },
    { to: "people", name: "people", may: can("read_roster") },
    { to: "plans", name: "boundaryPlans", may: plans },
    { to: "import", name: "importExport", may: plans || can("manage_duties") },
    { to: "admin", name: "admin", may: can("manage_accounts") || can("read_audit") },
    { to: "sync", name: "sync", may: who.value?.kind === "user" },
    { to: "account", name: "account", may: who.value?.kind === "user" },
  ];
}

/** The ways to the screens that need an account. */
export function WorkLinks(): JSX.Element {
  return (
    <>
      {entries().map(
        (e) =>
          e.may &&
          view.value !== e.to && (
            <a key={e.to} href={linkTo({ view: e.to, params: {}, ...(e.to === "field" || e.to === "patrol" || e.to === "watch" ? { camera: null, selection: null } : {}) })}>
              {t(e.name)}
            </a>
          ),
      )}
    </>
  );
}
