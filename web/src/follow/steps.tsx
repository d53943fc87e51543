import type { JSX } from "preact";
import type { HistoryEntry, Status } from "../api/reports";
import { language } from "../i18n/i18n";
import { formatDay, formatExact } from "../units/format";
import { stepsOf, type StepState } from "./way";
import { stepName, t } from "./text";

const marks: Partial<Record<StepState, string>> = {
  done: "M5 12.5 10 17.5 19 7.5",
  now: "M5 12.5 10 17.5 19 7.5",
  stopped: "M12 6.500v7M12 17v.01",
};

const words: Record<StepState, Parameters<typeof t>[0]> = { done: "stateDone", now: "stateNow", next: "stateNext", todo: "stateTodo", stopped: "stateStopped" };

/** How far a report has come, as a row of steps. */
export function Steps({ status, sent, history }: { status: Status; sent: string; history: readonly HistoryEntry[] }): JSX.Element {
  return (
    <ol class="steps" aria-label={t("progress")}>
      {stepsOf(status, history).map(({ status: s, state, at: taken }) => {
        const at = taken ?? (s === "reported" ? Date.parse(sent) : null);
        const path = marks[state];
        const here = state === "now" || state === "stopped";
        return (
          <li key={s} class={`step step-${state}`} {...(here ? { "aria-current": "step" as const } : {})}>
            <span class="step-mark" aria-hidden="true">
              {path !== undefined && (
                <svg class="icon" viewBox="0 0 24 24">
                  <path d={path} />
                </svg>
              )}
            </span>
            <span class="step-name">{stepName(s)}</span>
            <span class="visually-hidden">{t(words[state])}</span>
            {at !== null && (
              <time class="step-time" dateTime={new Date(at).toISOString()} title={formatExact(at, language.value)}>
                {formatDay(at, language.value).replace(/^\d{4}年|\s\d{4}$/, "")}
              </time>
            )}
          </li>
        );
      })}
    </ol>
  );
}
