import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { nameOf } from "../i18n/i18n";
import { onEvent } from "../live/live";
import { canDrawMap } from "../map/webgl";
import { who } from "../state/session";
import { goTo } from "../state/store";
import { Closed } from "../ui/closed";
import { Sheet } from "../ui/sheet";
import { Skeleton } from "../ui/skeleton";
import { Choice } from "./choose";
import { coveragePath } from "./client";
import { Legend } from "./legend";
import { drawCoverage, news } from "./overlay";
import { Parts, Unseen } from "./parts";
import { answer, area, ask, follow, mayLook, old, question, range, swath, trouble } from "./state";
import { Sums } from "./sums";
import { t } from "./text";

const leave = () => goTo({ view: "map", params: {} });

function Trouble(): JSX.Element | null {
  const it = trouble.value;
  if (it === null) return null;
  const text = it.code === "coverage-too-large" ? "tooLarge" : it.trouble === "missing" ? "notInScope" : "away";
  return (
    <div class="stale" role="alert">
      <p>{t(text)}</p>
      {text === "away" && (
        <button type="button" class="button" onClick={() => void ask()}>
          {t("retry")}
        </button>
      )}
    </div>
  );
}

function Tools(): JSX.Element | null {
  const q = question.value;
  if (q === null) return null;
  return (
    <p class="coverage-tools">
      <button type="button" class="button" onClick={() => print()}>
        {t("print")}
      </button>
      <a class="button" href={coveragePath(q, "csv")} download>
        {t("csv")}
      </a>
      <a class="button" href={coveragePath(q, "geojson")} download>
        {t("geojson")}
      </a>
    </p>
  );
}

/** How long many patrols that change at once are waited for, in milliseconds. */
const pauseMs = 5_000;

function Open(): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    let soon: ReturnType<typeof setTimeout> | undefined;
    const again = () => {
      soon ??= setTimeout(() => {
        soon = undefined;
        news.value++;
        void ask();
      }, pauseMs);
    };
    title.current?.focus();
    const ends = [follow(), drawCoverage(), onEvent("patrol.changed", again), onEvent("revision.published", again), onEvent("reset", again)];
    return () => {
      clearTimeout(soon);
      for (const end of ends) end();
    };
  }, []);
  const a = answer.value;
  const name = a === null ? null : nameOf(a.found.area);
  return (
    <>
      <h1 class="visually-hidden">{t("title")}</h1>
      <Sheet kind="coverage" label={t("title")} title={name ?? t("title")} above={t("title")} titleRef={title} busy={a === null && trouble.value === null} old={old.value} onClose={leave}>
        <Choice />
        {old.value && trouble.value === null && (
          <p class="stale" role="status">
            {t("old")}
          </p>
        )}
        <Trouble />
        {area.value === null ? (
          <p>{t("noArea")}</p>
        ) : a === null ? (
          trouble.value === null && <Skeleton says={t("loading")} lines="wide tall tall short" />
        ) : (
          <>
            <p class="coverage-printed">{t("printed", { name: name ?? "", from: range.value.first, to: range.value.last, swath: swath.value })}</p>
            <Sums of={a.found} />
            {canDrawMap() && <Legend />}
            <Parts of={a.found} />
            <Unseen of={a.found} />
            <Tools />
          </>
        )}
      </Sheet>
    </>
  );
}

/** What patrols saw of an area, and what they did not. */
export function CoverageScreen(): JSX.Element {
  if (who.value === undefined) {
    return (
      <Sheet label={t("title")} title={t("title")} busy>
        <Skeleton says={t("loading")} lines="wide tall tall short" />
      </Sheet>
    );
  }
  return mayLook() ? <Open /> : <Closed kind="coverage-closed" t={t} />;
}
