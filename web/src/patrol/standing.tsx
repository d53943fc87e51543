import type { JSX } from "preact";
import type { Patrol, PatrolState } from "../api/patrols";
import type { Standing } from "./here";
import { t } from "./text";

const marks: Record<Standing, string> = {
  visited: "M5 12.5l4.500 4.500L19 7.500",
  due: "M12 8v5l3 2M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17Z",
  overdue: "M12 5v8M12 17.500v.500",
};

/** How a checkpoint stands: a colour, a mark and a word. */
export function StandingBadge({ of: s }: { of: Standing }): JSX.Element {
  return (
    <span class={`badge standing-${s}`}>
      <svg class="icon mark" viewBox="0 0 24 24" width="15" height="15" aria-hidden="true" focusable="false">
        <path d={marks[s]} />
      </svg>
      {t(`standing_${s}`)}
    </span>
  );
}

/** The look of a patrol's state. */
const looks: Record<PatrolState | "paused", "open" | "overdue" | "done" | "quiet"> = { active: "done", paused: "open", start_overdue: "overdue", ready: "open", scheduled: "quiet", done: "quiet", cancelled: "quiet" };

/** How a patrol stands, in colour and in a word. */
export function StateBadge({ of: p }: { of: Patrol }): JSX.Element {
  const name = p.state === "active" && p.paused ? "paused" : p.state;
  const mark: Standing = name === "active" || name === "done" ? "visited" : name === "start_overdue" ? "overdue" : "due";
  return (
    <span class={`badge badge-${looks[name]}`}>
      <svg class="icon mark" viewBox="0 0 24 24" width="15" height="15" aria-hidden="true" focusable="false">
        <path d={marks[mark]} />
      </svg>
      {t(`state_${name}`)}
    </span>
  );
}
