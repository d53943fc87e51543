import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Patrol } from "../api/patrols";
import { nameOf } from "../i18n/i18n";
import { rightMs } from "../offline/clock";
import { NotKept } from "../offline/outbox";
import { tell } from "../state/store";
import { Name } from "../ui/name";
import type { Step } from "./here";
import { flush, lastFix, recordPatrols } from "./recorder";
import { step } from "./steps";
import { stopsOf } from "./stops";
import { active } from "./state";
import { t } from "./text";
import { joined, lasted, planned } from "./words";

/** What somebody is about to do to a patrol. */
interface Question {
  patrol: Patrol;
  deed: Step["deed"];
  note: string;
  state: "asking" | "doing";
  fault: string | null;
}

const question = signal<Question | null>(null);

/** Asks whether something shall be done to a patrol. */
export function ask(patrol: Patrol, deed: Step["deed"]): void {
  question.value = { patrol, deed, note: "", state: "asking", fault: null };
}

function leave(): void {
  question.value = null;
}

function change(c: Partial<Question>): void {
  const q = question.peek();
  if (q !== null) question.value = { ...q, ...c };
}

async function go(): Promise<void> {
  const q = question.peek();
  if (q === null || q.state === "doing") return;
  const other = active.peek();
  if (q.deed === "start" && other !== null && other.id !== q.patrol.id) return change({ fault: t("oneAtATime", { area: nameOf(other.area) }) });
  if ([...q.note].length > 2000) return change({ fault: t("noteTooLong") });
  change({ state: "doing", fault: null });
  try {
    // The way so far goes out before what ends it.
    await flush();
    await step(q.patrol, q.deed, lastFix.peek(), q.note.trim());
  } catch (e) {
    return change({ state: "asking", fault: t(e instanceof NotKept && e.full ? "notKeptFull" : "notKept") });
  }
  leave();
  recordPatrols();
  tell(t(`done_${q.deed}`));
}

function Form({ q }: { q: Question }): JSX.Element {
  const missing = q.deed === "end" ? stopsOf(q.patrol).filter((s) => s.standing !== "visited") : [];
  const early = q.deed === "end" ? Date.parse(q.patrol.planned_end) - rightMs(Date.now()) : 0;
  return (
    <form
      class="confirm-form"
      onSubmit={(e) => {
        e.preventDefault();
        void go();
      }}
    >
      <div class="confirm-body">
        <h2 id="patrol-ask">{t(`ask_${q.deed}`)}</h2>
        <p class="confirm-about">
          <Name of={nameOf(q.patrol.area)} />
        </p>
        <p id="patrol-says" class={q.deed === "end" ? "confirm-final" : ""}>
          {t(`says_${q.deed}`)}
        </p>
        {q.deed === "start" && q.patrol.state === "scheduled" && <p class="confirm-missing">{t("startsEarly", { time: planned(q.patrol) })}</p>}
        {missing.length > 0 && <p class="confirm-missing">{t("missing", { n: missing.length, names: joined(missing.slice(0, 3).map((s) => s.at.name)) + (missing.length > 3 ? "…" : "") })}</p>}
        {early > 10 * 60_000 && <p class="soft">{t("early", { time: lasted(early) })}</p>}
        {q.deed === "end" && (
          <>
            <label class="field-label" for="patrol-note">
              {t("endNote")}
            </label>
            <textarea id="patrol-note" class="text-field" rows={2} value={q.note} onInput={(e) => change({ note: e.currentTarget.value, fault: null })} />
          </>
        )}
        <div role="alert">{q.fault !== null && <p class="confirm-fault">{q.fault}</p>}</div>
      </div>
      <div class="confirm-row">
        <button type="button" class="button" onClick={leave}>
          {t("cancel")}
        </button>
        <button type="submit" class={`button primary${q.deed === "end" ? " final" : ""}`} aria-disabled={q.state === "doing"}>
          {t(`ask_${q.deed}`)}
        </button>
      </div>
    </form>
  );
}

/** Says what starting, pausing or ending does before it is done; at the foot of a phone, in the middle of a desk. */
export function Ask(): JSX.Element | null {
  const box = useRef<HTMLDialogElement>(null);
  const q = question.value;
  const open = q !== null;
  useEffect(() => {
    const dialog = box.current;
    if (!open || dialog === null) return;
    const before = document.activeElement;
    dialog.showModal();
    dialog.querySelector<HTMLElement>("button[type=submit]")?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [open]);
  useEffect(() => leave, []);
  if (q === null) return null;
  return (
    <dialog
      ref={box}
      class="confirm card"
      aria-labelledby="patrol-ask"
      aria-describedby="patrol-says"
      onCancel={(e) => {
        e.preventDefault();
        leave();
      }}
      onClick={(e) => {
        if (e.target === e.currentTarget) leave();
      }}
    >
      <Form q={q} />
    </dialog>
  );
}
