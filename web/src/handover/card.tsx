import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { readReport } from "../api/cases";
import { acknowledge, type Handover, type Person } from "../api/people";
import type { Report } from "../api/reports";
import { askCategories, categoryName } from "../case/category";
import { language, word } from "../i18n/i18n";
import { now } from "../state/clock";
import { linkTo, tell } from "../state/store";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { formatAgo, formatExact, formatNumber } from "../units/format";
import { t } from "./text";

/** How many reports are listed by name. */
const most = 20;

function nameOf(p: Person | null | undefined): string {
  if (p === null || p === undefined || /^0{8}-/.test(p.id)) return t("above");
  return p.name === undefined || p.name === "" ? t("unknown") : p.name;
}

/** Where a report is, by the smallest area that has a name. */
function placeOf(r: Report): string {
  const { areas } = r.properties;
  return (areas.compound ?? areas.village_group ?? areas.grid ?? areas.village ?? areas.township ?? areas.district)?.name ?? "";
}

/** The reports that went over, each with the way to it. */
function Reports({ ids }: { ids: readonly string[] }): JSX.Element {
  const known = useSignal<ReadonlyMap<string, Report | null> | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    void askCategories();
    void Promise.all(
      ids.slice(0, most).map(async (id): Promise<[string, Report | null]> => [id, await readReport(id, stop.signal).catch(() => null)]),
    ).then((list) => {
      if (!stop.signal.aborted) known.value = new Map(list);
    });
    return () => stop.abort();
  }, []);
  if (known.value === null) return <Skeleton says={t("report")} lines="short short" />;
  return (
    <>
      <ul class="handover-reports">
        {[...known.value].map(([id, r]) => (
          <li key={id}>
            {r === null ? (
              <span class="soft">{t("gone")}</span>
            ) : (
              <a href={linkTo({ view: "field", params: { report: id }, selection: null })}>
                {categoryName(r.properties.category)} · <Name of={placeOf(r)} />
              </a>
            )}
          </li>
        ))}
      </ul>
      {ids.length > most && <p class="soft">{t("moreReports", { n: ids.length - most })}</p>}
    </>
  );
}

/** One handover: which post, from whom to whom, with which open reports; and the button to acknowledge it for who takes over. */
export function HandoverCard({ of: h, onDone }: { of: Handover; onDone: () => void }): JSX.Element {
  const open = useSignal(false);
  const state = useSignal<"asked" | "sending" | "failed">("asked");
  const at = Date.parse(h.at);
  const post = word(h.seat.post);
  const n = h.reports.length;
  const send = async () => {
    if (state.value === "sending") return;
    state.value = "sending";
    try {
      await acknowledge(h.id);
      tell(t("acknowledged", { post }));
      onDone();
    } catch {
      state.value = "failed";
    }
  };
  return (
    <li class="handover">
      <p class="handover-post">
        <strong>{post}</strong> <Name of={h.seat.committee?.name ?? h.seat.areas.map((a) => a.name).join(language.value === "zh" ? "、" : ", ")} />
      </p>
      <p class="soft">
        <Name of={t("fromTo", { from: nameOf(h.from), to: nameOf(h.to) })} />
        {" · "}
        <time dateTime={h.at} title={formatExact(at, language.value)}>
          {formatAgo(at, now.value, language.value)}
        </time>
      </p>
      {n === 0 ? (
        <p>{t("noReports")}</p>
      ) : (
        <details onToggle={(e) => (open.value = e.currentTarget.open)}>
          <summary>{t("reports", { n: formatNumber(n, language.value) })}</summary>
          {open.value && <Reports ids={h.reports} />}
        </details>
      )}
      {state.value === "failed" && (
        <p class="stale" role="alert">
          {t("failed")}
        </p>
      )}
      {h.mine ? (
        <button type="button" class="button main" aria-disabled={state.value === "sending"} onClick={() => void send()}>
          {t(state.value === "sending" ? "acknowledging" : "acknowledge")}
        </button>
      ) : (
        <p class="handover-waits">{t("notTaken")}</p>
      )}
    </li>
  );
}

/** The handovers that whoever is signed in has to acknowledge. */
export function Receipts({ list, onDone }: { list: readonly Handover[]; onDone: (id: string) => void }): JSX.Element {
  return (
    <section class="receipts" aria-labelledby="receipts-title">
      <h3 id="receipts-title">
        {t("waiting")} <span class="count">{formatNumber(list.length, language.value)}</span>
      </h3>
      <p class="soft">{t("waitingHelp")}</p>
      <ul>
        {list.map((h) => (
          <HandoverCard key={h.id} of={h} onDone={() => onDone(h.id)} />
        ))}
      </ul>
    </section>
  );
}
