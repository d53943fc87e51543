import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { language } from "../i18n/i18n";
import { onEvent } from "../live/live";
import { canDrawMap } from "../map/webgl";
import { Panel } from "../place/panel";
import { who } from "../state/session";
import { goTo, linkTo, params, selection, setParams } from "../state/store";
import { Closed } from "../ui/closed";
import { Sheet } from "../ui/sheet";
import { formatNumber } from "../units/format";
import { fileOf, keep } from "./download";
import { Legend } from "./legend";
import { colourMaps } from "./overlay";
import { load, mayPlan, rows, shown, trouble, unload } from "./state";
import { Table } from "./table";
import { className, t } from "./text";
import { Vacancies } from "./vacancies";
import { Skeleton } from "../ui/skeleton";

const leave = () => goTo({ view: "map", params: {} });

function Tools(): JSX.Element {
  const all = rows.value?.length ?? 0;
  const number = (n: number) => formatNumber(n, language.value);
  const chosen = selection.value;
  return (
    <div class="grids-tools">
      <input type="search" aria-label={t("filter")} placeholder={t("filter")} value={params.value.q ?? ""} onInput={(e) => setParams({ q: e.currentTarget.value === "" ? null : e.currentTarget.value })} />
      <select aria-label={t("class")} value={params.value.class ?? ""} onChange={(e) => setParams({ class: e.currentTarget.value === "" ? null : e.currentTarget.value })}>
        <option value="">{t("allClasses")}</option>
        {["urban", "rural"].map((c) => (
          <option key={c} value={c}>
            {className(c)}
          </option>
        ))}
      </select>
      <button type="button" class="button" onClick={() => keep(fileOf(shown.value), `${t("csvName")}.csv`)}>
        {t("csv")}
      </button>
      <a class="button" href={linkTo({ view: "notice", params: { grid: chosen?.type === "area" && chosen.ref.kind === "grid" ? chosen.ref.code : "all" } })}>
        {t("notices")}
      </a>
      <p class="soft" role="status">
        {t("shown", { n: number(shown.value.length), of: number(all) })}
      </p>
    </div>
  );
}

function Open(): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  const again = useRef<() => void>(() => undefined);
  useEffect(() => {
    let stop = new AbortController();
    again.current = () => {
      stop.abort();
      stop = new AbortController();
      void load(stop.signal);
    };
    again.current();
    title.current?.focus();
    const ends = [onEvent("revision.published", () => again.current()), onEvent("reset", () => again.current()), colourMaps()];
    return () => {
      stop.abort();
      for (const end of ends) end();
      unload();
    };
  }, []);
  const all = rows.value;
  return (
    <>
      <h1 class="visually-hidden">{t("title")}</h1>
      <Sheet kind="grids" label={t("title")} title={t("title")} {...(all === null ? {} : { above: t("above", { n: all.length }) })} titleRef={title} busy={all === null && trouble.value === null} onClose={leave}>
        {trouble.value !== null && (
          <div class="stale" role="alert">
            <p>{t("away")}</p>
            <button type="button" class="button" onClick={() => again.current()}>
              {t("retry")}
            </button>
          </div>
        )}
        {all === null ? (
          trouble.value === null && <Skeleton says={t("loading")} lines="wide tall tall tall" />
        ) : (
          <>
            {canDrawMap() && <Legend />}
            <Tools />
            {shown.value.length === 0 ? (
              <p>
                {t("none")}{" "}
                <button type="button" class="button" onClick={() => setParams({ q: null, class: null })}>
                  {t("clear")}
                </button>
              </p>
            ) : (
              <Table />
            )}
            <Vacancies />
          </>
        )}
      </Sheet>
      <Panel canShowMap={canDrawMap()} />
    </>
  );
}

/** All grids in numbers, beside the map coloured by them. */
export function GridsScreen(): JSX.Element {
  if (who.value === undefined) return <Sheet label={t("title")} title={t("title")} busy><Skeleton says={t("loading")} lines="wide tall tall tall" /></Sheet>;
  return mayPlan() ? <Open /> : <Closed kind="grids-closed" t={t} />;
}
