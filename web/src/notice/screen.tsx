import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError, type Trouble } from "../api/client";
import type { ListedArea } from "../api/types";
import { language, nameOf } from "../i18n/i18n";
import { onEvent } from "../live/live";
import { addressFor } from "../qr/address";
import { app } from "../state/app";
import { params, setParams } from "../state/store";
import { Icon } from "../ui/icons";
import { formatNumber } from "../units/format";
import { NoticeSheet } from "./sheet";
import { allGrids, noticeOf, sortsOfReports, type Notice, type Sort } from "./state";
import { t } from "./text";

/** How many sheets are loaded at a time. */
const atOnce = 3;

/** What is to be printed, as far as it is there. */
interface Loaded {
  grids: ListedArea[];
  sorts: Sort[];
  sheets: (Notice | null)[];
}

function wantedOf(grids: readonly ListedArea[], asked: string): ListedArea[] {
  return asked === "all" ? [...grids] : grids.filter((g) => g.code === asked);
}

/** A sheet that has not come yet. */
function Waiting(): JSX.Element {
  return (
    <div class="sheet sheet-waits skeleton" aria-hidden="true">
      <i class="wide" />
      <i class="tall" />
    </div>
  );
}

/** Loads the sheets that the address asks for, again with each publish. */
function useSheets(asked: string): { loaded: Loaded | null; trouble: Trouble | null; retry: () => void } {
  const loaded = useSignal<Loaded | null>(null);
  const trouble = useSignal<Trouble | null>(null);
  const again = useRef<() => void>(() => undefined);
  useEffect(() => {
    let stop = new AbortController();
    const load = async (signal: AbortSignal) => {
      try {
        trouble.value = null;
        const [grids, sorts] = await Promise.all([allGrids(signal), sortsOfReports(signal)]);
        const wanted = wantedOf(grids, asked);
        loaded.value = { grids, sorts, sheets: wanted.map(() => null) };
        let next = 0;
        const work = async () => {
          for (let i = next++; i < wanted.length; i = next++) {
            const sheet = await noticeOf(wanted[i]?.code ?? "", signal);
            if (signal.aborted || loaded.value === null) return;
            loaded.value = { ...loaded.value, sheets: loaded.value.sheets.with(i, sheet) };
          }
        };
        await Promise.all(Array.from({ length: atOnce }, work));
      } catch (e) {
        if (!signal.aborted) trouble.value = e instanceof ApiError ? e.trouble : "away";
      }
    };
    again.current = () => {
      stop.abort();
      stop = new AbortController();
      void load(stop.signal);
    };
    again.current();
    const ends = [onEvent("revision.published", () => again.current()), onEvent("reset", () => again.current())];
    return () => {
      stop.abort();
      for (const end of ends) end();
    };
  }, [asked]);
  return { loaded: loaded.value, trouble: trouble.value, retry: () => again.current() };
}

/** The notice sheets (公示牌): one of a grid, or all of them, to be printed. */
export function NoticeScreen(): JSX.Element {
  const asked = params.value.grid ?? "";
  const { loaded, trouble, retry } = useSheets(asked);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const sheets = loaded?.sheets ?? [];
  const there = sheets.filter((s) => s !== null).length;
  const ready = sheets.length > 0 && there === sheets.length;
  const reachable = addressFor(location.href, app.value?.public_url ?? null).reachable;
  const number = (n: number) => formatNumber(n, language.value);
  return (
    <div class="notice">
      <div class="notice-tools">
        <h1 ref={title} tabIndex={-1}>{t("title")}</h1>
        <p class="soft">{t("lead")}</p>
        <div class="notice-row">
          <label>
            <span>{t("grid")}</span>
            <select value={asked} disabled={loaded === null} onChange={(e) => setParams({ grid: e.currentTarget.value === "" ? null : e.currentTarget.value })}>
              <option value="">{t("choose")}</option>
              <option value="all">{t("all", { n: number(loaded?.grids.length ?? 0) })}</option>
              {(loaded?.grids ?? []).map((g) => (
                <option key={g.code} value={g.code}>{nameOf(g)}</option>
              ))}
            </select>
          </label>
          <button type="button" class="button primary" disabled={!ready} onClick={() => setTimeout(print)}>
            <Icon name="print" />
            {t(sheets.length > 1 ? "printAll" : "print", { n: number(sheets.length) })}
          </button>
          <p class="soft" role="status">
            {loaded === null && trouble === null ? t("loading") : sheets.length > 0 && !ready ? t("loaded", { n: number(there), of: number(sheets.length) }) : ""}
          </p>
        </div>
        {trouble !== null && (
          <div class="stale" role="alert">
            <p>{t(trouble === "private" ? "private" : "away")}</p>
            <button type="button" class="button" onClick={retry}>{t("retry")}</button>
          </div>
        )}
        {!reachable && <p class="stale">{t("unreachable").split(/(--[a-z-]+)/).map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</p>}
        {loaded !== null && asked !== "" && sheets.length === 0 && <p>{t("unknown")}</p>}
      </div>
      {sheets.map((s, i) => (s === null ? <Waiting key={i} /> : <NoticeSheet key={s.grid.properties.code} of={s} sorts={loaded?.sorts ?? []} />))}
    </div>
  );
}
