import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Patrol } from "../api/patrols";
import { language } from "../i18n/i18n";
import { rightMs } from "../offline/clock";
import { who } from "../state/session";
import { linkTo } from "../state/store";
import { formatNumber } from "../units/format";
import { retention } from "./retention";
import { askAgain, lastFix, noRoom, recording } from "./recorder";
import { t } from "./text";
import { awake } from "./wake";
import { worstM } from "./way";
import { waitingOf } from "./steps";
import { clock } from "./words";

/** Without a position for so long it is said. Milliseconds. */
const silentMs = 60_000;

/** Which phone this is, for the way to its settings. */
function platform(): "ios" | "android" | "other" {
  if (/iphone|ipad/i.test(navigator.userAgent)) return "ios";
  return /android/i.test(navigator.userAgent) ? "android" : "other";
}

/** The browser may not tell the position: why that matters, and the way out. */
function Denied(): JSX.Element {
  return (
    <div class="record record-bad" role="alert">
      <p class="record-head">{t("denied")}</p>
      <p>{t(`deniedWay_${platform()}`)}</p>
      <button type="button" class="button" onClick={askAgain}>
        {t("tryAgain")}
      </button>
    </div>
  );
}

/** How recording stands at this moment: how good the position is, or why there is none. */
function Now(): JSX.Element {
  const beat = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (beat.value = Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  const fix = lastFix.value;
  const state = recording.value;
  if (state === "denied") return <Denied />;
  if (state === "insecure" || state === "elsewhere") {
    return (
      <p class={`record ${state === "insecure" ? "record-bad" : "record-poor"}`} role="alert">
        {t(state)}
      </p>
    );
  }
  if (fix === null) {
    return (
      <p class="record record-poor" role="status">
        {t(state === "lost" ? "lostSignal" : "asking")}
      </p>
    );
  }
  const since = rightMs(beat.value) - Date.parse(fix.t);
  if (state === "lost" || since > silentMs) {
    return (
      <p class="record record-poor" role="status">
        {t("silent", { time: clock(fix.t) })}
      </p>
    );
  }
  const accuracy = formatNumber(Math.max(1, Math.round(fix.accuracy_m ?? 0)), language.value);
  const poor = (fix.accuracy_m ?? 0) > worstM;
  return (
    <p class={`record ${poor ? "record-poor" : "record-good"}`}>
      <i class="record-dot" aria-hidden="true" />
      <span>{t(poor ? "poor" : "recordingNow", { n: accuracy })}</span>
    </p>
  );
}

/** How recording stands while a patrol is under way, what waits to be sent, and what is good to know of it. */
export function Record({ of: p }: { of: Patrol }): JSX.Element {
  const { waits, refused } = waitingOf(p.id);
  return (
    <section class="recording">
      {p.paused ? <p class="record">{t("pausedNote")}</p> : <Now />}
      {refused !== null && (
        <p class="record record-bad" role="alert">
          {t("refused", { detail: refused })}
        </p>
      )}
      {who.value === null && (
        <p class="record record-poor" role="alert">
          <span>{t(p.paused ? "signedOutPaused" : "signedOut")}</span>
          <a class="button" href={linkTo({ view: "signin", params: { next: linkTo({}) } })}>
            {t("signIn")}
          </a>
        </p>
      )}
      {noRoom.value && (
        <p class="record record-bad" role="alert">
          {t("noRoom")}
        </p>
      )}
      {!p.paused && awake.value !== true && <p class="soft small">{t("screenOn")}</p>}
      {waits > 0 && !navigator.onLine && <p class="soft small">{t("waits")}</p>}
      <p class="soft small lawful">
        {retention()} <a href={linkTo({ params: { readings: "1" } })}>{t("whoLooked")}</a>
      </p>
    </section>
  );
}
