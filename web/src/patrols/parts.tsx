import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Trouble } from "../api/client";
import type { CheckpointState, Patrol, PatrolState } from "../api/patrols";
import { language } from "../i18n/i18n";
import { now } from "../state/clock";
import { formatAgo, formatExact } from "../units/format";
import { refresh } from "./state";
import { t } from "./text";
import { checkpointText, momentText, stateText } from "./words";

/** The drawings of states, each of its own shape: colour alone says nothing here. */
const patrolMarks: Record<PatrolState, string> = {
  start_overdue: "M12 3 21.5 20h-19L12 3ZM12 9.5v5M12 17.3v.01",
  active: "M13 3.5a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6ZM8 21l2.5-6L8.5 12.5l1-4.5 3-.5 2 3 3 .8M11 15l3 2.5.5 3.5",
  ready: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM12 7.5V12l3 2",
  scheduled: "M5 6h14v14H5V6ZM5 10h14M9 3.5V7M15 3.5V7",
  done: "M4.5 12.5 10 18 19.5 7",
  cancelled: "M6 6l12 12M18 6 6 18",
};

const checkpointMarks: Record<CheckpointState, string> = {
  overdue: "M12 3 21 12 12 21 3 12 12 3ZM12 8v5M12 16v.01",
  never: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16ZM9.5 10a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5v.01",
  due: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM12 7.5V12l3 2",
  visited: "M4.5 12.5 10 18 19.5 7",
};

function Mark({ path }: { path: string }): JSX.Element {
  return (
    <svg class="icon mark" viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  );
}

/** The state of a patrol: a drawing and a word. */
export function StateBadge({ state }: { state: PatrolState }): JSX.Element {
  return (
    <span class={`pbadge pbadge-${state}`}>
      <Mark path={patrolMarks[state]} />
      {stateText(state)}
    </span>
  );
}

/** The state of a checkpoint: a drawing and a word. */
export function CheckpointBadge({ state }: { state: CheckpointState }): JSX.Element {
  return (
    <span class={`pbadge pbadge-cp-${state}`}>
      <Mark path={checkpointMarks[state]} />
      {checkpointText(state)}
    </span>
  );
}

/** What else is to be said of a patrol beside its state. */
export function Flags({ of: p }: { of: Pick<Patrol, "paused" | "absent_since"> }): JSX.Element {
  return (
    <>
      {p.absent_since != null && (
        <span class="pbadge pbadge-start_overdue">
          <Mark path={patrolMarks.start_overdue} />
          {t("absent")}
        </span>
      )}
      {p.paused && (
        <span class="pbadge">
          <Mark path="M9 6v12M15 6v12" />
          {t("paused")}
        </span>
      )}
    </>
  );
}

/** A time as people say it, exact on hover. */
export function Ago({ at }: { at: string }): JSX.Element {
  const then = Date.parse(at);
  return (
    <time dateTime={at} title={formatExact(then, language.value)}>
      {formatAgo(then, Math.max(now.value, Date.now()), language.value)}
    </time>
  );
}

/** An exact time. */
export function Moment({ at }: { at: string }): JSX.Element {
  return <time dateTime={at}>{momentText(at)}</time>;
}

/** Says why something could not be shown, with the way to try again. */
export function Failed({ trouble, again = refresh }: { trouble: Trouble; again?: () => void }): JSX.Element {
  return (
    <div class="stale" role="alert">
      <p>{t(trouble === "busy" ? "busy" : trouble === "private" ? "notYours" : trouble === "missing" ? "gone" : trouble === "refused" ? "faultAny" : "away")}</p>
      {trouble !== "private" && trouble !== "missing" && (
        <button type="button" class="button" onClick={again}>
          {t("retry")}
        </button>
      )}
    </div>
  );
}

/** A question before something is done that cannot be taken back; at the foot of a phone, in the middle of a desk. */
export function Question({ title, about, does, busy, fault, onDo, onLeave, children }: { title: string; about: string; does: string; busy: boolean; fault: string | null; onDo: () => void; onLeave: () => void; children?: ComponentChildren }): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    if (dialog === null) return;
    const before = document.activeElement;
    dialog.showModal();
    dialog.querySelector<HTMLElement>("textarea, button[type=submit]")?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      class="confirm card"
      aria-labelledby="question-title"
      aria-describedby="question-about"
      onCancel={(e) => {
        e.preventDefault();
        onLeave();
      }}
      onKeyDown={(e) => e.stopPropagation()}
    >
      <form
        class="confirm-form"
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          onDo();
        }}
      >
        <div class="confirm-body">
          <h2 id="question-title">{title}</h2>
          <p id="question-about" class="confirm-about">
            {about}
          </p>
          {children}
          <div role="alert">{fault !== null && <p class="confirm-fault">{fault}</p>}</div>
        </div>
        <div class="confirm-row">
          <button type="button" class="button" onClick={onLeave}>
            {t("back")}
          </button>
          <button type="submit" class="button primary" aria-disabled={busy}>
            {does}
          </button>
        </div>
      </form>
    </dialog>
  );
}
