import { computed, signal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError, type Trouble } from "../api/client";
import { morningSheet, sheetPath, type MorningSheet, type SheetItem } from "../api/patrols";
import { dueText } from "../case/words";
import { language, nameOf, t as common } from "../i18n/i18n";
import { endSession, isSignedOut } from "../state/session";
import { goTo, params, setParams, synthetic } from "../state/store";
import type { SheetHeight } from "../ui/heights";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { Sheet } from "../ui/sheet";
import { Skeleton } from "../ui/skeleton";
import { formatDay, formatNumber } from "../units/format";
import { refOf } from "./choose";
import { dateOf } from "./here";
import { keepSheet, readSheet } from "./kept";
import { me } from "./me";
import { now } from "./now";
import { t } from "./text";
import { walkingOrder } from "./way";
import { dayWord } from "./words";

/** So many places make one walk. */
export const walkLength = 12;

/** The area whose sheet is shown. */
const of = computed(() => refOf(params.value["sheet"]));
/** The day it is for, YYYY-MM-DD. */
const date = computed(() => (/^\d{4}-\d\d-\d\d$/.test(params.value["date"] ?? "") ? (params.value["date"] ?? "") : dateOf(now.value)));
/** Whether it is in the order in which to walk, not in that of urgency. */
const byWay = computed(() => params.value["order"] === "way");

/** The sheet, as it came. */
const sheet = signal<MorningSheet | null>(null);
const trouble = signal<Trouble | null>(null);
/** It was kept from before: the server cannot be reached. */
const old = signal(false);

/** The places of the sheet in the order shown: those of one walk, then the others by urgency. */
export const order = computed<{ walk: readonly SheetItem[]; later: readonly SheetItem[] }>(() => {
  const items = sheet.value?.items ?? [];
  const walk = items.slice(0, walkLength);
  return { walk: byWay.value ? walkingOrder(walk) : walk, later: items.slice(walkLength) };
});

/** The way through the places of one walk. */
export const wayThrough = computed(() => walkingOrder((sheet.value?.items ?? []).slice(0, walkLength)));

/** The number of the place that was tapped on the map, from 0. */
export const shownPlace = signal<number | null>(null);

function close(): void {
  const { sheet: _s, date: _d, order: _o, ...rest } = params.peek();
  goTo({ params: rest });
}

async function ask(signal: AbortSignal): Promise<void> {
  const area = of.peek();
  const account = me.peek()?.id;
  sheet.value = null;
  trouble.value = null;
  old.value = false;
  if (area === null || account === undefined) return;
  const key = `${area.kind}:${area.code}`;
  try {
    const found = await morningSheet(area, date.peek(), signal);
    if (signal.aborted) return;
    sheet.value = found;
    if (found.synthetic === true) synthetic.value = true;
    void keepSheet(account, key, found);
  } catch (e) {
    if (signal.aborted) return;
    if (isSignedOut(e)) endSession();
    const kept = await readSheet(account, key);
    if (signal.aborted) return;
    const why = e instanceof ApiError ? e.trouble : "away";
    if (kept !== undefined && (why === "away" || why === "busy")) {
      sheet.value = kept;
      old.value = true;
    } else trouble.value = why;
  }
}

/** How long nobody was there. */
function since(i: SheetItem): string {
  if (i.days_since === null) return t("neverVisited");
  return i.days_since === 0 ? t("visitedToday") : t("daysSince", { n: i.days_since });
}

function Item({ of: i, n }: { of: SheetItem; n: number | null }): JSX.Element {
  const due = i.due_at === null || i.due_at === undefined ? null : Date.parse(i.due_at);
  const late = due !== null && due < now.value;
  return (
    <li class={`sheet-item${late ? " late" : ""}${n !== null && shownPlace.value === n ? " shown" : ""}`} data-n={n ?? ""}>
      <span class="sheet-n" aria-hidden="true">
        {n === null ? "" : n + 1}
      </span>
      <span class="sheet-text">
        <span class="sheet-name">
          <Name of={i.name} /> <span class="tag">{t(`type_${i.type}`)}</span>
        </span>
        <span class="sheet-facts">
          <span>{since(i)}</span>
          {i.hazards >= 0.05 && <span>{t("hazards", { n: formatNumber(i.hazards, language.value, 1) })}</span>}
          {due !== null && <span class={late ? "overdue-words" : ""}>{dueText(due, now.value)}</span>}
        </span>
        {i.look_at !== undefined && i.look_at !== null && i.look_at.length > 0 && <span class="sheet-look">{i.look_at.join(" · ")}</span>}
      </span>
      <span class="sheet-box" aria-hidden="true" />
    </li>
  );
}

/** What is done with the sheet. */
function Tools(): JSX.Element {
  const area = of.value;
  return (
    <div class="sheet-tools">
      <div class="orders" role="group" aria-label={t("orderBy")}>
        {(["urgency", "way"] as const).map((o) => (
          <button key={o} type="button" class="button" aria-pressed={byWay.value === (o === "way")} onClick={() => setParams({ order: o === "way" ? "way" : null })}>
            {t(`order_${o}`)}
          </button>
        ))}
      </div>
      <label class="sheet-date">
        <span class="visually-hidden">{t("date")}</span>
        <input
          class="text-field"
          type="date"
          value={date.value}
          onChange={(e) => {
            if (e.currentTarget.value !== "") setParams({ date: e.currentTarget.value });
          }}
        />
      </label>
      <button type="button" class="button" onClick={() => setTimeout(print)}>
        <Icon name="print" />
        {common("print")}
      </button>
      {area !== null && (
        <a class="button" href={sheetPath(area, date.value, "gpx")} download={`${area.kind}-${area.code}-${date.value}.gpx`}>
          <Icon name="road" />
          GPX
        </a>
      )}
    </div>
  );
}

/** The morning sheet of an area: where to go, the most urgent first, on screen and on paper. */
export function Morning({ height }: { height: Signal<SheetHeight> }): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  const key = `${params.value["sheet"]} ${date.value}`;
  useEffect(() => {
    const stop = new AbortController();
    void ask(stop.signal);
    title.current?.focus({ preventScroll: true });
    return () => {
      stop.abort();
      shownPlace.value = null;
    };
  }, [key]);
  const shown = shownPlace.value;
  useEffect(() => {
    if (shown !== null) document.querySelector(`.sheet-item[data-n="${shown}"]`)?.scrollIntoView({ block: "nearest" });
  }, [shown]);
  const s = sheet.value;
  const { walk, later } = order.value;
  const area = s === null ? "" : nameOf(s.area);
  return (
    <Sheet label={t("morningSheet")} above={`${t("morningSheet")} · ${formatDay(Date.parse(`${date.value}T12:00:00+08:00`), language.value)}`} title={area === "" ? t("morningSheet") : area} titleRef={title} busy={s === null && trouble.value === null} onClose={close} kind="patrol-sheet" height={height}>
      {trouble.value !== null ? (
        <p class="stale" role="alert">
          {t(trouble.value === "missing" || trouble.value === "private" || trouble.value === "refused" ? "noSheet" : "noAnswer")}
        </p>
      ) : s === null ? (
        <Skeleton says={common("loading")} lines="wide tall tall tall" />
      ) : (
        <>
          <Tools />
          {old.value && (
            <p class="freshness" role="status">
              {t("sheetOld", { day: dayWord(Date.parse(`${s.date}T12:00:00+08:00`)) })}
            </p>
          )}
          {s.items.length === 0 ? (
            <p>{t("sheetEmpty")}</p>
          ) : (
            <>
              <ol class="sheet-items">
                {walk.map((i, n) => (
                  <Item key={i.id ?? `${i.kind}:${i.code}`} of={i} n={n} />
                ))}
              </ol>
              {later.length > 0 && (
                <>
                  <h3>{t("laterPlaces", { n: later.length })}</h3>
                  <ol class="sheet-items sheet-later">
                    {later.map((i) => (
                      <Item key={i.id ?? `${i.kind}:${i.code}`} of={i} n={null} />
                    ))}
                  </ol>
                </>
              )}
              <p class="soft small sheet-how">{t("sheetHow", { n: walk.length })}</p>
            </>
          )}
        </>
      )}
    </Sheet>
  );
}
