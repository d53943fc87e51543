import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError } from "../api/client";
import { nearestOfficers, type NearOfficer } from "../api/patrols";
import { language } from "../i18n/i18n";
import { distance } from "../place/distance";
import { endSession, isSignedOut } from "../state/session";
import { linkTo } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { formatAgo, formatExact } from "../units/format";
import { t } from "./text";

/** How many are named. */
const most = 5;

function Officer({ of: o, at }: { of: NearOfficer; at: number }): JSX.Element {
  const then = Date.parse(o.t);
  const name = o.name ?? t("noName");
  return (
    <li class="person">
      <div class="person-text">
        <span class="person-name">
          <Name of={name} />
        </span>
        <span class="person-post">
          <strong>{distance(o.distance_m)}</strong>
          {" · "}
          <time dateTime={o.t} title={formatExact(then, language.value)}>
            {formatAgo(then, at, language.value)}
          </time>
          {" · "}
          <a href={linkTo({ view: "watch", params: { patrol: o.patrol } })}>{t("thePatrol")}</a>
        </span>
      </div>
      {o.phone !== undefined && (
        <a class="call" href={`tel:${o.phone}`} aria-label={t("call", { name, phone: o.phone })}>
          <Icon name="phone" />
          <span class="phone-number">{o.phone}</span>
        </a>
      )}
    </li>
  );
}

/** The officers on patrol that are nearest to a report. They are asked for at once, or with a button: each reading is noted for those it names. */
export function Nearest({ report, ask, onFound }: { report: string; ask: boolean; onFound?: (officers: readonly NearOfficer[] | null) => void }): JSX.Element {
  const wanted = useSignal(ask);
  const round = useSignal(0);
  const found = useSignal<{ officers: readonly NearOfficer[]; at: number } | null>(null);
  const fault = useSignal<string | null>(null);
  useEffect(() => {
    found.value = null;
    fault.value = null;
    if (!wanted.value) return;
    const stop = new AbortController();
    nearestOfficers(report, most, stop.signal).then(
      (officers) => {
        found.value = { officers, at: Date.now() };
        onFound?.(officers);
      },
      (e: unknown) => {
        if (stop.signal.aborted) return;
        if (isSignedOut(e)) endSession();
        fault.value = t(e instanceof ApiError && e.trouble === "private" ? "notYours" : e instanceof ApiError && e.trouble === "missing" ? "gone" : "away");
      },
    );
    return () => {
      stop.abort();
      onFound?.(null);
    };
  }, [report, wanted.value, round.value]);
  const anew = () => {
    wanted.value = true;
    round.value++;
  };
  return (
    <section class="nearest" aria-labelledby="nearest-title">
      <h3 id="nearest-title">{t("nearest")}</h3>
      {fault.value !== null && (
        <p class="stale" role="alert">
          {fault.value}
        </p>
      )}
      {found.value === null ? (
        wanted.value && fault.value === null && <Skeleton says={t("loading")} lines="wide wide" />
      ) : found.value.officers.length === 0 ? (
        <p class="soft">{t("nobodyNear")}</p>
      ) : (
        <ol class="nearest-list">
          {found.value.officers.map((o) => (
            <Officer key={o.person} of={o} at={found.value?.at ?? 0} />
          ))}
        </ol>
      )}
      <p class="panel-links">
        <button type="button" class="button" onClick={anew}>
          {t(wanted.value ? "askAgain" : "askNearest")}
        </button>
      </p>
      <p class="soft nearest-note">{t("noted")}</p>
    </section>
  );
}
