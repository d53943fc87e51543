import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { SignInForm } from "../signin/form";
import { who } from "../state/session";
import { goTo, linkTo, params } from "../state/store";
import type { SheetHeight } from "../ui/heights";
import { Sheet } from "../ui/sheet";
import { Skeleton } from "../ui/skeleton";
import { Check } from "./check";
import { DropVeil, useDropping } from "./drop";
import { mayBring, offeredWhats } from "./may";
import { fileName, missingFields } from "./options";
import { drawOnMaps } from "./overlay";
import { counted } from "./problems";
import { Read } from "./read";
import { Start } from "./start";
import { busy, chosen, current, follow, isGone, looked, shown, startCheck, trouble, upToDate } from "./state";
import { TakeOut } from "./takeout";
import { t } from "./text";
import type { Import, Options } from "./types";
import { errorText } from "./words";
import { Write } from "./write";

const leave = () => goTo({ view: "map", params: {} });

const steps = ["read", "check", "write"] as const;
type Step = (typeof steps)[number];

/** Gives the step shown: as the address says where that can be, else as far as the import is. */
function stepOf(i: Import): Step {
  if (i.state === "written") return "write";
  const asked = steps.find((s) => s === params.value.step);
  const reached: Step = i.state === "ready" || (i.state === "failed" && i.report === null && asked === undefined) ? "read" : "check";
  if (asked === undefined) return reached;
  // What runs is a write once the progress says so.
  if (i.state === "running" && asked === "read") return "read";
  return reached === "read" && asked !== "read" && i.state === "ready" ? "read" : asked;
}

/** Where one is of the three steps, and the ways between them. */
function Steps({ of: i, step }: { of: Import; step: Step }): JSX.Element {
  const able: Record<Step, boolean> = { read: i.state !== "written", check: i.state !== "ready" && i.state !== "written", write: i.state === "written" || (i.report !== null && i.state !== "running") };
  return (
    <nav class="import-steps" aria-label={t("steps")}>
      <ol>
        {steps.map((s, n) => (
          <li key={s}>
            {able[s] || s === step ? (
              <a href={linkTo({ params: { id: i.id, step: s } })} {...(s === step ? { "aria-current": "step" as const } : {})}>
                <span aria-hidden="true">{n + 1}</span>
                {t(`step_${s}`)}
              </a>
            ) : (
              <span class="off">
                <span aria-hidden="true">{n + 1}</span>
                {t(`step_${s}`)}
              </span>
            )}
          </li>
        ))}
      </ol>
      <a class="import-another" href={linkTo({ params: { what: i.what } })}>
        {t("another")}
      </a>
    </nav>
  );
}

/** What is to be done next, at the foot. */
function Foot({ of: i, step, options: o }: { of: Import; step: Step; options: Options }): JSX.Element | null {
  const lacking = (i.what === "areas" && o.kind === "") || missingFields(i.fields, o).length > 0;
  if (step === "read") {
    return (
      <>
        <button type="button" class="button main" disabled={busy.value || lacking} onClick={() => void startCheck()}>
          {t(busy.value ? "sending" : i.report === null ? "startCheck" : "checkAgain")}
        </button>
      </>
    );
  }
  if (step === "check") {
    const errors = counted(i.report?.problems ?? []).errors;
    const toRead = (
      <a class="button" href={linkTo({ params: { id: i.id, step: "read" } })}>
        {t("toRead")}
      </a>
    );
    if (i.report === null) return toRead;
    return (
      <>
        {toRead}
        {upToDate.value ? (
          errors === 0 && (
            <a class="button main" href={linkTo({ params: { id: i.id, step: "write" } })}>
              {t("toWrite")}
            </a>
          )
        ) : (
          <button type="button" class="button main" disabled={busy.value || lacking} onClick={() => void startCheck()}>
            {t("checkAgain")}
          </button>
        )}
      </>
    );
  }
  return null;
}

function Trouble(): JSX.Element | null {
  const e = trouble.value;
  return e === null ? null : <p class="stale" role="alert">{errorText(e)}</p>;
}

/** One import, from its reading to its end. */
function Job({ id }: { id: string }): JSX.Element {
  const height = useSignal<SheetHeight>("half");
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const end = follow(id);
    return () => {
      end();
      shown.value = null;
      looked.value = null;
    };
  }, [id]);
  const i = current.value?.id === id ? current.value : null;
  const o = chosen.value;
  const step = i === null ? null : stepOf(i);
  useEffect(() => {
    looked.value = null;
    document.querySelector(".import .panel-body")?.scrollTo(0, 0);
    title.current?.focus();
  }, [step, params.value.publish]);
  // What was chosen in the list is to be seen on a phone: the sheet makes room for it.
  useEffect(() => looked.subscribe((l) => { if (l !== null && height.peek() === "full") height.value = "half"; }), []);
  if (isGone.value || i === null || o === null || step === null) {
    return (
      <Sheet kind="import" label={t("title")} title={t("title")} busy={!isGone.value} onClose={leave}>
        {isGone.value ? (
          <>
            <p class="stale" role="alert">{t("gone")}</p>
            <p class="import-buttons">
              <a class="button primary" href={linkTo({ params: {} })}>
                {t("restart")}
              </a>
            </p>
          </>
        ) : (
          <>
            <Trouble />
            {trouble.value === null && <Skeleton says={t("loading")} lines="wide tall tall short tall" />}
          </>
        )}
      </Sheet>
    );
  }
  return (
    <Sheet
      kind={`import on-${step}`}
      label={t("title")}
      above={t(`what_${i.what}`)}
      title={fileName(i)}
      titleRef={title}
      height={height}
      onClose={leave}
      under={<Steps of={i} step={step} />}
      foot={step === "write" || (step === "check" && i.state === "running") ? undefined : <Foot of={i} step={step} options={o} />}
    >
      <Trouble />
      {step === "read" && <Read of={i} options={o} />}
      {step === "check" && <Check of={i} />}
      {step === "write" && <Write of={i} />}
    </Sheet>
  );
}

/** The first page: a file to bring in, or data to take out. */
function Entrance(): JSX.Element {
  const may = offeredWhats().length > 0;
  // The map tells nothing here: on a phone the sheet has the page.
  const height = useSignal<SheetHeight>("full");
  const tab = !may || params.value.tab === "out" ? "out" : "in";
  return (
    <Sheet
      kind="import import-start"
      label={t("title")}
      title={t("title")}
      height={height}
      onClose={leave}
      under={
        may ? (
          <nav class="import-tabs" aria-label={t("tabs")}>
            {(["in", "out"] as const).map((x) => (
              <a key={x} href={linkTo({ params: x === "in" ? {} : { tab: "out" } })} {...(x === tab ? { "aria-current": "page" as const } : {})}>
                {t(`tab_${x}`)}
              </a>
            ))}
          </nav>
        ) : undefined
      }
    >
      {!may && <p class="soft">{t(who.value === null ? "signInHelp" : "notYours")}</p>}
      {!may && who.value === null && <SignInForm why={t("signInTitle")} onDone={() => undefined} />}
      {tab === "in" ? <Start /> : <TakeOut />}
    </Sheet>
  );
}

function Dropping(): JSX.Element | null {
  useDropping();
  return <DropVeil />;
}

/** Draws on the map while the screen is open. */
function Drawn(): null {
  useEffect(drawOnMaps, []);
  return null;
}

/** Brings in boundaries, rosters, reports and roads from files, and takes data out. */
export function ImportScreen(): JSX.Element {
  if (who.value === undefined) {
    return (
      <Sheet kind="import" label={t("title")} title={t("title")} busy>
        <Skeleton says={t("loading")} lines="wide tall tall" />
      </Sheet>
    );
  }
  const id = params.value.id;
  const may = offeredWhats().length > 0;
  const own = current.value?.id === id ? current.value : null;
  return (
    <>
      <h1 class="visually-hidden">{t("title")}</h1>
      <Drawn />
      {may && <Dropping />}
      {id !== undefined && may && (own === null || mayBring(own.what)) ? <Job key={id} id={id} /> : <Entrance />}
    </>
  );
}
