import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { language } from "../i18n/i18n";
import { who } from "../state/session";
import { linkTo } from "../state/store";
import { formatAgo, formatExact, formatNumber } from "../units/format";
import { owner } from "./account";
import { clockWrong, online } from "./badge";
import { clockAheadMs, heardAt } from "./clock";
import { ItemView } from "./itemview";
import { casesKeptAt } from "./kept";
import { evicted } from "./marker";
import { outbox, pause, tryNow } from "./outbox";
import { openPack } from "./pack";
import { newer, pageKept, takeNewer } from "./register";
import { t } from "./text";

/** Below this a warning stands beside the room that is left, in bytes. */
const lowBytes = 50e6;

/** How it stands with the server, and the way to try at once. */
function Standing(): JSX.Element {
  const now = useSignal(Date.now());
  const p = pause.value;
  useEffect(() => {
    if (p?.until == null) return;
    now.value = Date.now();
    const timer = setInterval(() => (now.value = Date.now()), 500);
    return () => clearInterval(timer);
  }, [p]);
  const lost = who.value === null || p?.why === "signin";
  const why = lost ? "stateSignIn" : !online.value ? "stateOffline" : p === null ? "stateOnline" : p.why === "away" ? "stateAway" : p.why === "busy" ? "stateBusy" : "stateFault";
  return (
    <section class={`card sync-standing sync-${why}`}>
      <p role="status">{t(why)}</p>
      {!lost && online.value && p?.until != null && (
        <p class="soft numbers" aria-hidden="true">
          {t("againIn", { n: Math.max(0, Math.ceil((p.until - now.value) / 1000)) })}
        </p>
      )}
      {lost ? (
        <a class="button primary" href={linkTo({ view: "signin", params: { next: linkTo({}) } })}>
          {t("signIn")}
        </a>
      ) : (
        online.value &&
        outbox.value.some((i) => i.state === "waiting") && (
          <button type="button" class="button primary" onClick={() => void tryNow()}>
            {t("sendNow")}
          </button>
        )
      )}
    </section>
  );
}

function span(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  return minutes < 120 ? t("minutes", { n: minutes }) : t("hours", { n: formatNumber(minutes / 60, language.value) });
}

function clockText(): string {
  const ahead = clockAheadMs.value;
  if (ahead === null) return t("clockUnknown");
  if (!clockWrong.value) return t("clockGood");
  return t(ahead > 0 ? "clockAhead" : "clockBehind", { time: span(ahead) });
}

/** What is known of this phone. */
function Facts({ now }: { now: number }): JSX.Element {
  const room = useSignal<number | null | undefined>(undefined);
  const stays = useSignal<boolean | null>(null);
  const kept = useSignal<number | null>(null);
  useEffect(() => {
    const { storage } = navigator;
    if (storage === undefined) room.value = null;
    else {
      storage.estimate().then((e) => (room.value = e.quota === undefined ? null : e.quota - (e.usage ?? 0)), () => (room.value = null));
      void storage.persisted?.().then((p) => (stays.value = p), () => undefined);
    }
    if (owner.value !== null) void Promise.all([casesKeptAt(owner.value), openPack()]).then(([cases, pack]) => (kept.value = Math.max(cases ?? 0, pack?.at ?? 0) || null));
  }, [owner.value, outbox.value]);
  const when = (at: number | null) => (at === null ? t("never") : <time dateTime={new Date(at).toISOString()} title={formatExact(at, language.value)}>{formatAgo(at, now, language.value)}</time>);
  const mb = room.value == null ? "" : formatNumber(room.value / 1e6, language.value);
  return (
    <section>
      <h2>{t("facts")}</h2>
      <dl class="sync-facts">
        <dt>{t("lastSync")}</dt>
        <dd>{when(heardAt.value)}</dd>
        <dt>{t("dataFrom")}</dt>
        <dd>{when(kept.value)}</dd>
        <dt>{t("clock")}</dt>
        <dd class={clockWrong.value ? "sync-bad" : ""}>{clockText()}</dd>
        <dt>{t("room")}</dt>
        <dd class={room.value != null && room.value < lowBytes ? "sync-bad" : ""}>{room.value == null ? t("roomUnknown") : t(room.value < lowBytes ? "roomLow" : "roomOf", { mb })}</dd>
        {stays.value !== null && (
          <>
            <dt>{t("stays")}</dt>
            <dd>{t(stays.value ? "staysYes" : "staysNo")}</dd>
          </>
        )}
        <dt>{t("page")}</dt>
        <dd>{t(pageKept.value === null ? "pageNot" : pageKept.value ? "pageKept" : "pageComing")}</dd>
      </dl>
    </section>
  );
}

/** The page about what waits on this phone and how it stands. */
export function SyncScreen(): JSX.Element {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), 15_000);
    return () => clearInterval(timer);
  }, []);
  const list = outbox.value;
  if (owner.value === null && who.value === null) {
    return (
      <div class="sync-page">
        <h1>{t("title")}</h1>
        <p>{t("signedOutHelp")}</p>
        <a class="button primary" href={linkTo({ view: "signin", params: { next: linkTo({}) } })}>
          {t("signIn")}
        </a>
      </div>
    );
  }
  return (
    <div class="sync-page">
      <h1>{t("title")}</h1>
      {evicted.value > 0 && (
        <div class="sync-note sync-alarm" role="alert">
          <p>{t("evicted", { n: evicted.value })}</p>
          <button type="button" class="button" onClick={() => (evicted.value = 0)}>
            {t("understood")}
          </button>
        </div>
      )}
      {newer.value && (
        <div class="sync-note">
          <p>{t("newer")}</p>
          <button type="button" class="button" onClick={takeNewer}>
            {t("takeNewer")}
          </button>
        </div>
      )}
      <Standing />
      <section>
        <h2>
          {t("waiting")} {list.length > 0 && <span class="count">{list.length}</span>}
        </h2>
        {list.length === 0 ? (
          <div class="sync-empty">
            <p>{t("nothing")}</p>
            <p class="soft">{t("nothingHelp")}</p>
          </div>
        ) : (
          <ul class="sync-list">
            {list.map((i) => (
              <ItemView key={i.seq} of={i} now={now.value} />
            ))}
          </ul>
        )}
      </section>
      <Facts now={now.value} />
    </div>
  );
}
