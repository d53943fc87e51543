import type { JSX } from "preact";
import type { HistoryEntry } from "../api/reports";
import { language } from "../i18n/i18n";
import { now } from "../state/clock";
import { Name } from "../ui/name";
import { formatAgo, formatExact } from "../units/format";
import { Photos } from "./photos";
import { named, t } from "./text";

/** Times that differ by more are both shown: what was done without a network came later. */
const lateMs = 5 * 60_000;

/** What was done to a report, the newest first. `headers` go with the requests for photos, such as the secret of whoever follows a report. */
export function History({ entries, headers }: { entries: readonly HistoryEntry[]; headers?: Record<string, string> }): JSX.Element {
  return (
    <ol class="history" aria-label={t("history")}>
      {[...entries].reverse().map((e) => {
        const at = Date.parse(e.at);
        const done = e.occurred_at === undefined ? at : Date.parse(e.occurred_at);
        return (
          <li key={e.seq} class={`history-entry history-${e.type}`}>
            <p class="history-line">
              <strong>{named("event", e.type)}</strong>
              <span class="soft">{named("role", e.by)}</span>
              <time class="soft" dateTime={e.at} title={formatExact(at, language.value)}>
                {formatAgo(at, now.value, language.value)}
              </time>
            </p>
            {Math.abs(at - done) > lateMs && <p class="soft history-late">{t("occurred", { when: formatExact(done, language.value) })}</p>}
            {e.note !== undefined && e.note !== "" && (
              <p class="history-note">
                <Name of={e.note} />
              </p>
            )}
            {e.photos !== undefined && e.photos.length > 0 && <Photos photos={e.photos} {...(headers === undefined ? {} : { headers })} />}
          </li>
        );
      })}
    </ol>
  );
}
