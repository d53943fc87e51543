import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { checkpointKinds, type CheckpointKind, type Patrol, type PatrolCheckpoint } from "../api/patrols";
import { dueText } from "../case/words";
import { mapLinks } from "../field/directions";
import { t as field } from "../field/text";
import { nameOf } from "../i18n/i18n";
import { distance } from "../place/distance";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { standingOf, type Standing } from "./here";
import { now } from "./now";
import { lastFix } from "./recorder";
import { StandingBadge } from "./standing";
import { walks } from "./state";
import { t } from "./text";
import { metres } from "./way";
import { clock } from "./words";

/** The id of the checkpoint whose details are shown. */
export const shownStop = signal<string | null>(null);

const kinds = signal<readonly CheckpointKind[]>([]);
let asking = false;

/** Has the kinds of checkpoint by name. */
function askKinds(): void {
  if (asking || kinds.peek().length > 0) return;
  asking = true;
  checkpointKinds().then(
    (list) => {
      kinds.value = list;
      asking = false;
    },
    () => (asking = false),
  );
}

/** What a checkpoint is, in words; nothing while that is not known. */
export function kindName(code: string): string {
  const kind = kinds.value.find((k) => k.code === code);
  return kind === undefined ? "" : nameOf(kind);
}

/** A checkpoint of a patrol with how it stands. */
export interface Stop {
  at: PatrolCheckpoint;
  standing: Standing;
  /** When somebody was there, in milliseconds. */
  visited: number | null;
  /** The server says so, and not this phone alone. */
  confirmed: boolean;
  due: number | null;
}

/** Gives the checkpoints of a patrol with how they stand, for this phone: in the order of the patrol. */
export function stopsOf(p: Patrol): Stop[] {
  const seen = walks.value.get(p.id)?.seen ?? {};
  const at = now.value;
  return (p.checkpoints ?? []).map((c): Stop => {
    const said = c.visited_at === null || c.visited_at === undefined ? null : Date.parse(c.visited_at);
    const visited = said ?? seen[c.id] ?? null;
    const dueAt = c.state === "never" || c.due_at === null || c.due_at === undefined ? null : Date.parse(c.due_at);
    return { at: c, standing: standingOf(c, visited, at), visited, confirmed: said !== null, due: dueAt };
  });
}

function Details({ of: s }: { of: Stop }): JSX.Element {
  const c = s.at;
  return (
    <div class="stop-details" id={`stop-${c.id}`}>
      {c.look_at.length > 0 && (
        <>
          <h4>{t("lookAt")}</h4>
          <ul class="look-at">
            {c.look_at.map((line) => (
              <li key={line}>
                <Name of={line} />
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="soft">
        {s.visited !== null
          ? t(s.confirmed ? "visitedConfirmed" : "visitedHere", { time: clock(s.visited) })
          : [t("radius", { distance: distance(c.radius_m) }), s.due === null ? "" : dueText(s.due, now.value)].filter((x) => x !== "").join(" · ")}
      </p>
      <p class="panel-links">
        {mapLinks(c.lon, c.lat, c.name, navigator.userAgent).map((l) => (
          <a key={l.app} class="button" href={l.href} target="_blank" rel="noopener noreferrer">
            {field(l.app)}
          </a>
        ))}
      </p>
    </div>
  );
}

function Row({ of: s }: { of: Stop }): JSX.Element {
  const c = s.at;
  const open = shownStop.value === c.id;
  const here = lastFix.value;
  const about = [kindName(c.kind), here === null || s.standing === "visited" ? "" : distance(metres(here, c))].filter((x) => x !== "").join(" · ");
  return (
    <li class={`stop stop-${s.standing}`} data-id={c.id}>
      <button type="button" class="stop-head" aria-expanded={open} aria-controls={`stop-${c.id}`} onClick={() => (shownStop.value = open ? null : c.id)}>
        <span class="stop-text">
          <span class="stop-name">
            <Name of={c.name} />
          </span>
          {about !== "" && <span class="soft stop-about">{about}</span>}
        </span>
        <StandingBadge of={s.standing} />
        <Icon name={open ? "up" : "down"} />
      </button>
      {open && <Details of={s} />}
    </li>
  );
}

const ranks: Record<Standing, number> = { overdue: 0, due: 1, visited: 2 };

/** The checkpoints of a patrol: what is overdue first, each with what to look at. */
export function Stops({ of: p }: { of: Patrol }): JSX.Element | null {
  useEffect(() => {
    askKinds();
    // One that was tapped on the map is brought into view.
    const end = effect(() => {
      const id = shownStop.value;
      if (id === null) return;
      requestAnimationFrame(() => document.querySelector(`.stop[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" }));
    });
    return () => {
      end();
      shownStop.value = null;
    };
  }, []);
  const stops = stopsOf(p);
  const visited = stops.filter((s) => s.standing === "visited").length;
  const order = [...stops].sort((a, b) => ranks[a.standing] - ranks[b.standing] || (a.due ?? Infinity) - (b.due ?? Infinity) || (a.at.name < b.at.name ? -1 : 1));
  return (
    <section class="stops">
      <h3>
        {t("checkpoints")} <span class="count">{t("ofAll", { n: visited, all: stops.length })}</span>
      </h3>
      {stops.length === 0 ? (
        <p class="soft">{t("noCheckpoints")}</p>
      ) : (
        <ul>
          {order.map((s) => (
            <Row key={s.at.id} of={s} />
          ))}
        </ul>
      )}
    </section>
  );
}
