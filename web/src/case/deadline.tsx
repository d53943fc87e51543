import type { JSX } from "preact";
import { language } from "../i18n/i18n";
import { now } from "../state/clock";
import { formatExact } from "../units/format";
import { urgencyOf } from "./due";
import { dueText } from "./words";

/** The time limit of an open report: relative, and exactly too where `exact` asks for it. `due` is milliseconds, null without a limit. */
export function Deadline({ due, exact = false }: { due: number | null; exact?: boolean }): JSX.Element {
  const urgency = urgencyOf(due, now.value);
  const words = dueText(due, now.value);
  if (due === null) return <span class="deadline deadline-none">{words}</span>;
  const written = formatExact(due, language.value);
  return (
    <time class={`deadline deadline-${urgency}`} dateTime={new Date(due).toISOString()} title={written}>
      <span class="deadline-words">{words}</span>
      {exact && <span class="deadline-exact">{written}</span>}
    </time>
  );
}
