import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { trackReadings, type TrackReading } from "../api/patrols";
import { language, t as common, word } from "../i18n/i18n";
import { goTo, params } from "../state/store";
import type { SheetHeight } from "../ui/heights";
import { Name } from "../ui/name";
import { Sheet } from "../ui/sheet";
import { Skeleton } from "../ui/skeleton";
import { formatAgo, formatExact } from "../units/format";
import { now } from "./now";
import { retention } from "./retention";
import { t, type Key } from "./text";
import { zh } from "./zh";

function close(): void {
  const { readings: _, ...rest } = params.peek();
  goTo({ params: rest });
}

/** What somebody looked at, in words. */
function what(r: TrackReading): string {
  const key = `read_${r.what ?? ""}`;
  return Object.hasOwn(zh, key) ? t(key as Key) : t("read_track");
}

/** Who looked at the caller's own track, and when. */
export function Readings({ height }: { height: Signal<SheetHeight> }): JSX.Element {
  const list = useSignal<readonly TrackReading[] | null>(null);
  const failed = useSignal(false);
  useEffect(() => {
    const stop = new AbortController();
    trackReadings(stop.signal).then(
      (found) => (list.value = found),
      () => {
        if (!stop.signal.aborted) failed.value = true;
      },
    );
    return () => stop.abort();
  }, []);
  const all = list.value;
  return (
    <Sheet label={t("whoLooked")} title={t("whoLooked")} onClose={close} kind="patrol-readings" height={height}>
      <p class="soft lawful">{retention()}</p>
      {failed.value ? (
        <p class="stale" role="alert">
          {t("noAnswer")}
        </p>
      ) : all === null ? (
        <Skeleton says={common("loading")} lines="wide wide short" />
      ) : all.length === 0 ? (
        <p>{t("nobodyLooked")}</p>
      ) : (
        <ul class="readings">
          {all.map((r, i) => (
            <li key={i}>
              <span class="reading-who">
                <Name of={r.by === "" ? t("somebody") : r.by} />
                {r.role !== undefined && r.role !== "" && <span class="tag">{word(r.role)}</span>}
              </span>
              <span class="soft">
                {what(r)} ·{" "}
                <time dateTime={r.at} title={formatExact(Date.parse(r.at), language.value)}>
                  {formatAgo(Date.parse(r.at), now.value, language.value)}
                </time>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Sheet>
  );
}
