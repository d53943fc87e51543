import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get } from "../api/client";
import type { Patrol } from "../api/patrols";
import { language } from "../i18n/i18n";
import { shortNumber } from "../report/number";
import { Fact } from "../place/parts";
import { outbox } from "../offline/outbox";
import { linkTo } from "../state/store";
import { Name } from "../ui/name";
import { formatNumber } from "../units/format";
import { retention } from "./retention";
import { waitingOf } from "./steps";
import { stopsOf } from "./stops";
import { t } from "./text";
import { clock, joined } from "./words";

/** What of the area was seen in the time of a patrol, 0 to 1; null while that is not known. */
function useShare(p: Patrol, waits: number): number | null {
  const share = useSignal<number | null>(null);
  const { kind, code } = p.area;
  useEffect(() => {
    const [from, to] = [p.started_at, p.ended_at];
    if (waits > 0 || from === null || from === undefined || to === null || to === undefined) return;
    const stop = new AbortController();
    // An end that is not before its beginning is no time.
    const until = new Date(Math.max(Date.parse(to), Date.parse(from) + 1000)).toISOString();
    get<{ share: number }>(`/api/v1/areas/${kind}/${encodeURIComponent(code)}/coverage?from=${encodeURIComponent(from)}&to=${encodeURIComponent(until)}`, stop.signal).then(
      (answer) => (share.value = answer.share),
      () => undefined,
    );
    return () => stop.abort();
  }, [p.id, p.started_at, p.ended_at, p.distance_m, waits]);
  return share.value;
}

/** What a patrol was: its checkpoints, what was reported on it, and how much of the area was seen. */
export function Summary({ of: p }: { of: Patrol }): JSX.Element {
  const { waits, refused } = waitingOf(p.id);
  const share = useShare(p, waits);
  const stops = stopsOf(p);
  const missed = stops.filter((s) => s.standing !== "visited");
  const queued = outbox.value.filter((i) => i.kind === "report" && (i.subject === `patrol/${p.id}` || i.about["patrol"] === p.id)).length;
  const reports = p.reports ?? [];
  return (
    <>
      {refused !== null && (
        <p class="record record-bad" role="alert">
          {t("refused", { detail: refused })}
        </p>
      )}
      {waits > 0 && refused === null && (
        <p class="record record-poor" role="status">
          {t("summaryWaits")}
        </p>
      )}
      <section>
        <h3>{t("summary")}</h3>
        <dl class="facts">
          {p.started_at !== null && p.started_at !== undefined && (
            <Fact label={t("startToEnd")}>
              {clock(p.started_at)}–{p.ended_at === null || p.ended_at === undefined ? "" : clock(p.ended_at)}
            </Fact>
          )}
          {share !== null && <Fact label={t("share")}>{t("percent", { n: formatNumber(share * 100, language.value, share < 0.1 ? 1 : 0) })}</Fact>}
          <Fact label={t("checkpoints")}>{missed.length === 0 ? t("allVisited", { n: stops.length }) : t("ofAll", { n: stops.length - missed.length, all: stops.length })}</Fact>
          {missed.length > 0 && (
            <Fact label={t("missed")}>
              <Name of={joined(missed.map((s) => s.at.name))} />
            </Fact>
          )}
          <Fact label={t("reported")}>
            {reports.length + queued === 0 && t("noneReported")}
            {reports.map((id) => (
              <a key={id} class="report-link" href={linkTo({ view: "field", params: { report: id }, selection: null })}>
                {shortNumber(id)}
              </a>
            ))}
            {queued > 0 && <span class="soft">{t("reportsQueued", { n: queued })}</span>}
          </Fact>
        </dl>
      </section>
      <p class="soft small lawful">
        {retention()} <a href={linkTo({ params: { readings: "1" } })}>{t("whoLooked")}</a>
      </p>
    </>
  );
}
