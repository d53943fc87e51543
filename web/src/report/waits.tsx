import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { CategoryIcon } from "../case/categoryicon";
import { language, nameOf } from "../i18n/i18n";
import { linkTo } from "../state/store";
import { formatAgo, formatNumber } from "../units/format";
import type { Waiting } from "./draft";
import { keeps } from "./kept";
import { discard, pause, sending, takeBack, tryNow, waiting } from "./queue";
import type { Progress } from "./send";
import { t } from "./moretext";
import { t as form } from "./text";
import { known } from "./whatstep";

/** How long something takes before numbers are of interest, in milliseconds. */
const longMs = 2000;

/** How far an upload is; from two seconds on with numbers and the rate. */
export function Upload({ of: p }: { of: Progress | null }): JSX.Element {
  const spent = p === null ? 0 : Date.now() - p.since;
  const kb = (n: number) => formatNumber(n / 1000, language.value);
  return (
    <div class="upload">
      <progress aria-label={form("sendingTitle")} {...(p === null || p.sent >= p.total ? {} : { value: p.sent, max: p.total })} />
      {p !== null && spent > longMs && (
        <p class="soft numbers">
          {t("sentOf", { sent: kb(p.sent), total: kb(p.total) })} · {t("rate", { n: kb(p.sent / (spent / 1000)) })}
        </p>
      )}
    </div>
  );
}

/** Why nothing goes out now, and when it is tried again. */
export function Later(): JSX.Element | null {
  const now = useSignal(Date.now());
  const p = pause.value;
  useEffect(() => {
    if (p === null) return;
    now.value = Date.now();
    const timer = setInterval(() => (now.value = Date.now()), 500);
    return () => clearInterval(timer);
  }, [p]);
  if (p === null) return null;
  return (
    <div class="later">
      <p role="alert">{t(!keeps && p.why !== "signin" ? "laterLost" : `later_${p.why}`)}</p>
      {/* Counted for the eye alone: a voice that counts hides everything else. */}
      {p.until !== null && <p class="soft numbers" aria-hidden="true">{t("againIn", { n: Math.max(0, Math.ceil((p.until - now.value) / 1000)) })}</p>}
      {p.why === "signin" && <a class="button" href={linkTo({ view: "signin", params: { next: linkTo({}) } })}>{form("signIn")}</a>}
      <button type="button" class="button" onClick={tryNow}>
        {t("againNow")}
      </button>
    </div>
  );
}

function state(w: Waiting): string {
  if (w.stopped?.type === "held") return t("waitingHeld");
  if (w.stopped !== null) return t("waitingRefused");
  return t(sending.value?.key === w.key ? "waitingBusy" : "waitingWaits");
}

/** The reports that are not with the server yet; `but` is one that is shown elsewhere on the page. */
export function Waits({ but, onOpen }: { but: string | null; onOpen: () => void }): JSX.Element | null {
  const list = waiting.value.filter((w) => w.key !== but);
  if (list.length === 0) return null;
  return (
    <section class="waits">
      <h3>{t("waitingTitle", { n: list.length })}</h3>
      {but === null && list.some((w) => w.stopped === null) && <Later />}
      <ul>
        {list.map((w) => {
          const c = known.value?.find((k) => k.code === w.category);
          return (
            <li key={w.key} class="wait">
              <CategoryIcon code={w.category ?? ""} />
              <span class="wait-text">
                <b>{w.category === null ? t("noCategory") : c === undefined ? w.category : nameOf(c)}</b>
                <span class="soft">
                  {state(w)} · {formatAgo(w.since, Date.now(), language.value)}
                </span>
              </span>
              {w.stopped !== null && (
                <>
                  <button type="button" class="button" onClick={() => void takeBack(w.key).then(onOpen)}>
                    {t("waitingOpen")}
                  </button>
                  <button type="button" class="button" onClick={() => discard(w.key)}>
                    {t("waitingDiscard")}
                  </button>
                </>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
