import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { askCategories } from "../case/category";
import { canDrawMap } from "../map/webgl";
import { SignInForm } from "../signin/form";
import { app } from "../state/app";
import { can, who } from "../state/session";
import { goTo, linkTo, selection, synthetic } from "../state/store";
import { Icon } from "../ui/icons";
import { Sheet } from "../ui/sheet";
import { Skeleton } from "../ui/skeleton";
import { closeOne, KeyButton, KeyHelp, useKeys } from "./keys";
import { LiveView, WatchList } from "./list";
import { drawWatch, showAll } from "./overlay";
import { ReportView } from "./report";
import { chosenId, follow, reportId, underWay, waiting } from "./state";
import { t } from "./text";

/** What needs somebody, in a line that is read out as it changes. */
function Summary(): JSX.Element {
  const absent = underWay.value.filter((p) => p.absent_since != null).length;
  const late = waiting.value.find((g) => g.state === "start_overdue")?.patrols.length ?? 0;
  return (
    <div class="watch-head">
      <p role="status">
        {t("sumUnderWay", { n: underWay.value.length })}
        {absent > 0 && <strong class="late"> · {t("sumAbsent", { n: absent })}</strong>}
        {late > 0 && <strong class="late"> · {t("sumLate", { n: late })}</strong>}
      </p>
      {canDrawMap() && (
        <button type="button" class="button small" onClick={showAll}>
          <Icon name="area" />
          {t("showAll")}
        </button>
      )}
      <a class="button small" href={linkTo({ view: "patrols", params: {} })}>
        {t("toPatrols")}
      </a>
    </div>
  );
}

function Open(): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  useKeys();
  useEffect(() => {
    void askCategories();
    // What was chosen on the map of everybody is not what this is about.
    selection.value = null;
    const ends = [follow(), drawWatch()];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  const patrol = chosenId.value;
  const report = reportId.value;
  const one = patrol ?? report;
  useEffect(() => {
    if (one !== null) title.current?.focus({ preventScroll: true });
    document.querySelector(".watch .panel-body")?.scrollTo(0, 0);
  }, [one]);
  if (app.value?.synthetic === true) synthetic.value = true;
  return (
    <>
      <h1 class="visually-hidden">{t("title")}</h1>
      <Sheet
        kind="patrols watch"
        label={t("title")}
        title={t(patrol !== null ? "titlePatrol" : report !== null ? "titleReport" : "title")}
        titleRef={title}
        extra={<KeyButton />}
        onClose={one === null ? () => goTo({ view: "map", params: {} }) : closeOne}
        {...(one === null ? { under: <Summary /> } : {})}
      >
        {patrol !== null ? <LiveView key={patrol} /> : report !== null ? <ReportView key={report} id={report} /> : <WatchList />}
      </Sheet>
      <KeyHelp />
    </>
  );
}

/** The dispatcher's live map: who is on patrol where, who should be, and who is nearest to a report. */
export function WatchScreen(): JSX.Element {
  const me = who.value;
  if (me === undefined) {
    return (
      <Sheet label={t("title")} title={t("title")} busy>
        <Skeleton says={t("loading")} lines="wide tall tall tall" />
      </Sheet>
    );
  }
  if (me === null || !can("read_tracks")) {
    return (
      <div class="field-signin">
        <SignInForm why={t(me === null ? "signInHelp" : "notYours")} onDone={() => undefined} />
      </div>
    );
  }
  return <Open />;
}
