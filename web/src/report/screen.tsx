import { effect, signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { gridMap } from "../map/handle";
import { canDrawMap } from "../map/webgl";
import { app } from "../state/app";
import { goTo, linkTo, params, problem, selection, setParams } from "../state/store";
import type { Params } from "../state/url";
import { Icon } from "../ui/icons";
import type { SheetHeight } from "../ui/heights";
import { Sheet } from "../ui/sheet";
import { change, draft } from "./draft";
import { later, loadLater } from "./later";
import { followLink } from "./link";
import { photoOf, stepOf, steps, type Step } from "./outcome";
import { crosshair, moving, tooFar, unfollowMap } from "./pinmap";
import { placeIsGood, PlaceStep, takeOwnIfAllowed } from "./placestep";
import { arrived, ready, refusal, sending, submit, waiting } from "./queue";
import { moved } from "./target";
import { loadTexts, t, type Key } from "./text";
import { noteUsed } from "./used";
import { askCategories, WhatStep } from "./whatstep";
import { Skeleton } from "../ui/skeleton";

const drawable = canDrawMap();

/** The key of the report that was sent last: what the page after the questions is about. */
const outgoing = signal<string | null>(null);

/** How high the sheet stands on a phone: the map is wanted for the first question alone. */
const height = signal<SheetHeight>("half");

/** Which page of the form is shown: the one the address names, as far as the questions before it are answered. */
function shownStep(): Step | "sent" {
  const wanted = params.value.step;
  if (wanted === "sent" && outgoing.value !== null) return "sent";
  const d = draft.value;
  if (d.place === null || (wanted !== "what" && wanted !== "more")) return "place";
  return wanted === "more" && d.category === null ? "what" : wanted;
}

/** What the address keeps over the steps: the patrol that the report is made on. */
function patrolParam(): Params {
  const { patrol } = params.peek();
  return patrol === undefined ? {} : { patrol };
}

function go(step: Step | "sent"): void {
  goTo({ params: step === "place" ? patrolParam() : { ...patrolParam(), step } });
}

/** Where the form was opened from. */
function cameFrom(): { view: "map" | "patrol"; params: Params } {
  const params = patrolParam();
  return { view: params["patrol"] === undefined ? "map" : "patrol", params };
}

function close(): void {
  goTo(cameFrom());
}

/** What the server did not accept, at the question it is about. */
function Refused({ step }: { step: Step }): JSX.Element | null {
  const r = refusal.value;
  if (r === null || stepOf(r) !== step) return null;
  const words: Partial<Record<string, Key>> = {
    "outside-district": "refused_outside-district",
    "no-position": "refused_no-position",
    "unknown-category": "refused_unknown-category",
    "photo-format": "refused_photo-format",
    "photo-damaged": "refused_photo-damaged",
    "photo-too-large": "refused_photo-too-large",
    "too-large": "refused_too-large",
    "idempotency-key-reused": "refused_idempotency-key-reused",
    forbidden: "refused_forbidden",
  };
  return (
    <p class="refused" role="alert">
      {t(words[r.type] ?? (step === "place" ? "refused_place" : "refused_other"), { n: photoOf(r) + 1 })}
    </p>
  );
}

/** The crosshair over the map: where the report will be. */
function Crosshair(): JSX.Element | null {
  const at = crosshair.value;
  if (at === null) return null;
  return (
    <div class={`aim${moving.value ? " aim-moving" : ""}${tooFar.value ? " aim-far" : ""}`} style={{ left: `${at.x}px`, top: `${at.y}px` }} aria-hidden="true">
      <svg viewBox="0 0 48 64" width="48" height="64">
        <path class="aim-pin" d="M24 4a18 18 0 0 1 18 18c0 12-12 19-18 36C18 41 6 34 6 22A18 18 0 0 1 24 4Z" />
        <circle class="aim-eye" cx="24" cy="22" r="7" />
      </svg>
      <i class="aim-spot" />
    </div>
  );
}

/** The page of a report that is on its way or there. */
function Outgoing({ at }: { at: string }): JSX.Element | null {
  if (later.value === null) return null;
  const { Sent, Upload, Later } = later.value;
  const report = arrived.value.get(at);
  if (report !== undefined) return <Sent report={report} />;
  const now = sending.value;
  return (
    <>
      {now !== null ? <Upload of={now.key === at ? now.progress : null} /> : <Later />}
      <p class="soft">{t("sendingHelp")}</p>
    </>
  );
}

/** What is done at the foot of each page. */
function Foot({ step, busy }: { step: Step | "sent"; busy: boolean }): JSX.Element {
  const back = (to: Step) => (
    <button type="button" class="icon-button back" aria-label={t("back")} title={t("back")} onClick={() => setParams({ step: to === "place" ? null : to })}>
      <Icon name="back" />
    </button>
  );
  if (step === "place") {
    return (
      <button type="button" class="button main" disabled={!placeIsGood()} onClick={() => go(draft.peek().category === null ? "what" : "more")}>
        {t(gridMap.value === null ? "next" : "nextWhat")}
      </button>
    );
  }
  if (step === "what") return back("place");
  if (step === "more") {
    const send = () => {
      noteUsed(draft.peek().category ?? "");
      outgoing.value = submit();
      go("sent");
    };
    return (
      <>
        {back("what")}
        <button type="button" class="button main" disabled={busy || !placeIsGood()} onClick={send}>
          <Icon name="send" />
          {t("send")}
        </button>
      </>
    );
  }
  const report = arrived.value.get(outgoing.value ?? "");
  return (
    <>
      <button type="button" class="button" onClick={() => go("place")}>
        {t("another")}
      </button>
      {report === undefined ? (
        <a class="button main" href={linkTo(cameFrom())}>{t(params.value["patrol"] === undefined ? "toMap" : "toPatrol")}</a>
      ) : (
        <a class="button main" href={new URL(followLink(report)).hash}>{t("follow")}</a>
      )}
    </>
  );
}

/** Takes up what was kept and what the address says, once the page is there. */
function start(): void {
  const s = selection.peek();
  void ready.then(async () => {
    // The page was loaded again while its report was on the way.
    change({ patrol: params.peek().patrol });
    outgoing.value ??= (waiting.peek().at(-1)?.key ?? [...arrived.peek().keys()].at(-1)) ?? null;
    void askCategories();
    void loadLater();
    // "Report here" comes with the place; what was kept comes before what the device says.
    if (s?.type !== "point" && draft.peek().place === null) await takeOwnIfAllowed();
  });
}

/** Gives the form once its texts are there. */
export async function loadReport(): Promise<() => JSX.Element> {
  await loadTexts();
  return ReportScreen;
}

/** The form by which anybody reports a hazard: where, what, photos and words. */
function ReportScreen(): JSX.Element {
  const isReady = useSignal(false);
  const shrinking = useSignal(0);
  const title = useRef<HTMLHeadingElement>(null);
  const step = shownStep();
  const map = gridMap.value;
  useEffect(() => {
    start();
    void ready.then(() => (isReady.value = true));
    // Where the map is private the form does without, and says nothing of it.
    const quiet = effect(() => {
      if (problem.value?.trouble === "private") problem.value = null;
    });
    // A refusal is shown at the question it is about.
    const show = effect(() => {
      const r = refusal.value;
      if (r !== null && params.peek().step === "sent") go(stepOf(r));
    });
    return () => {
      quiet();
      show();
      moved.value = null;
    };
  }, []);
  useEffect(() => {
    if (map === null) return;
    return () => unfollowMap(map);
  }, [map]);
  useEffect(() => {
    if (map === null || step === "place") return;
    map.setPin(draft.peek().place);
    return () => map.setPin(null);
  }, [map, step]);
  // Before the page is drawn: later, on a slow phone, it would take the focus from a field that has it.
  useLayoutEffect(() => {
    height.value = step === "place" ? "half" : "full";
    title.current?.focus({ preventScroll: true });
    document.querySelector(".panel-body")?.scrollTo(0, 0);
  }, [step]);
  const { MoreStep, Waits } = later.value ?? {};
  const done = step === "sent" && arrived.value.has(outgoing.value ?? "");
  const titles = { place: t("whereTitle"), what: t("whatTitle"), more: t("moreTitle"), sent: t(done ? "sentTitle" : sending.value !== null ? "sendingTitle" : "laterTitle") };
  // Without a map to see, the sheet is the page.
  const alone = map === null && (!drawable || app.value === null || app.value.public !== "map");
  return (
    <>
      {step === "place" && map !== null && <Crosshair />}
      <Sheet
        label={t("formName")}
        above={step === "sent" ? t("formName") : step === "more" ? t("moreAbove") : t("stepOf", { n: steps.indexOf(step) + 1 })}
        title={titles[step]}
        titleRef={title}
        onClose={close}
        height={height}
        kind={`report report-${step}${alone ? " report-alone" : ""}${done ? " report-done" : ""}`}
        foot={<Foot step={step} busy={shrinking.value > 0} />}
      >
        {step !== "sent" && <Refused step={step} />}
        {step === "place" && isReady.value && <PlaceStep />}
        {step === "what" && <WhatStep onChosen={() => go("more")} />}
        {step === "more" && MoreStep === undefined && <Skeleton says={t("whatAway")} lines="tall tall tall" />}
        {step === "more" && MoreStep !== undefined && <MoreStep to={go} busy={shrinking} />}
        {step === "sent" && outgoing.value !== null && <Outgoing at={outgoing.value} />}
        {(step === "place" || step === "sent") && Waits !== undefined && waiting.value.length > 0 && <Waits but={step === "sent" ? outgoing.value : null} onOpen={() => go("more")} />}
      </Sheet>
    </>
  );
}
