import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Trouble } from "../api/client";
import { patrolPath, readTrack, type Patrol, type TrackPiece } from "../api/patrols";
import { canDrawMap } from "../map/webgl";
import { linkTo } from "../state/store";
import { Name } from "../ui/name";
import { Failed } from "./parts";
import { shownTrack } from "./shown";
import { troubleOf } from "./state";
import { t } from "./text";
import { lengthText, memberName, spanText } from "./words";

/** The pieces of a track by who walked them, in order. */
function Pieces({ of: p, pieces }: { of: Patrol; pieces: readonly TrackPiece[] }): JSX.Element {
  const name = (person: string | undefined) => {
    const m = p.team.find((x) => x.person === person);
    return m === undefined ? "" : memberName(m);
  };
  const sorted = [...pieces].sort((a, b) => Date.parse(a.properties.from) - Date.parse(b.properties.from));
  return (
    <ol class="piece-list">
      {sorted.map(({ properties: q }, i) => (
        <li key={i}>
          <span class="numbers">{spanText(q.from, q.to)}</span> <span class="soft">{lengthText(Date.parse(q.to) - Date.parse(q.from))}</span> <Name of={name(q.person)} />
        </li>
      ))}
    </ol>
  );
}

/** The way of a patrol: shown when it is asked for, since each reading is noted for whoever walked it. */
export function Track({ of: p, mine }: { of: Patrol; mine: boolean }): JSX.Element {
  const pieces = useSignal<readonly TrackPiece[] | null>(null);
  const busy = useSignal(false);
  const trouble = useSignal<Trouble | null>(null);
  const ask = async () => {
    busy.value = true;
    trouble.value = null;
    try {
      pieces.value = shownTrack.value = await readTrack(p.id);
    } catch (e) {
      trouble.value = troubleOf(e);
    }
    busy.value = false;
  };
  useEffect(() => () => void (shownTrack.value = null), []);
  return (
    <section aria-labelledby="track-title">
      <h3 id="track-title">{t("track")}</h3>
      <p class="track-note">{t(mine ? "trackMine" : "trackNote")}</p>
      {trouble.value !== null && <Failed trouble={trouble.value} again={() => void ask()} />}
      {pieces.value === null ? (
        <p class="panel-links">
          <button type="button" class="button" aria-disabled={busy.value} onClick={() => void (busy.value || ask())}>
            {t(canDrawMap() ? "showTrack" : "listTrack")}
          </button>
        </p>
      ) : pieces.value.length === 0 ? (
        <p class="soft">{t("noTrack")}</p>
      ) : (
        <Pieces of={p} pieces={pieces.value} />
      )}
      <p class="panel-links">
        <a class="button small" href={`${patrolPath(p.id, "track")}?format=gpx`} download="">
          GPX
        </a>
        {mine && (
          <a class="button small" href={linkTo({ view: "patrol", params: { readings: "1" } })}>
            {t("whoLooked")}
          </a>
        )}
      </p>
    </section>
  );
}
