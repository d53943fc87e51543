import type { JSX } from "preact";
import type { Status } from "../api/reports";
import { isOpen, type Look } from "./due";
import { named, t } from "./text";

const marks: Record<Look, string> = {
  overdue: "M12 3 21.5 20h-19L12 3ZM12 9.5v5M12 17.3v.01",
  open: "M12 3.5a8.5 8.5 0 1 1 0 17 8.500 8.500 0 0 1 0-17ZM12 7.5V12l3 2",
  done: "M4.5 12.5 10 18 19.5 7",
};

/** The mark of a look: told by its shape as well as by its colour. */
export function Mark({ look }: { look: Look }): JSX.Element {
  return (
    <svg class="icon mark" viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={marks[look]} />
    </svg>
  );
}

/** The state of a report in a word, with a mark; `overdue` says that its time limit is past. */
export function StatusBadge({ status, overdue = false }: { status: Status; overdue?: boolean }): JSX.Element {
  const look: Look = !isOpen(status) ? "done" : overdue ? "overdue" : "open";
  return (
    <span class={`badge badge-${look}`}>
      <Mark look={look} />
      {named("status", status)}
      {look === "overdue" && <span class="badge-more"> · {t("overdue")}</span>}
    </span>
  );
}
