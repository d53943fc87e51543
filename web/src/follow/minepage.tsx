import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import type { Report } from "../api/reports";
import { askCategories, categoryName } from "../case/category";
import { CategoryIcon } from "../case/categoryicon";
import { StatusBadge } from "../case/statusbadge";
import { language } from "../i18n/i18n";
import { list, remove, type Mine } from "../report/mine";
import { shortNumber } from "../report/number";
import { now } from "../state/clock";
import { goTo, linkTo, tell } from "../state/store";
import { Icon } from "../ui/icons";
import { Sheet } from "../ui/sheet";
import { formatAgo, formatExact } from "../units/format";
import { t } from "./text";
import { followed } from "./watch";

type State = Report | "missing" | "away" | null;

/** How a kept report stands now: asked for once. */
function useStanding(m: Mine): State {
  const state = useSignal<State>(null);
  useEffect(() => {
    const stop = new AbortController();
    followed(m.id, m.secret, stop.signal).then(
      (r) => (state.value = r),
      (e: unknown) => {
        if (!stop.signal.aborted) state.value = e instanceof ApiError && e.trouble === "missing" ? "missing" : "away";
      },
    );
    return () => stop.abort();
  }, [m.id]);
  return state.value;
}

function Line({ mine: m, onRemove }: { mine: Mine; onRemove: () => void }): JSX.Element {
  const state = useStanding(m);
  const at = Date.parse(m.at);
  return (
    <li class="mine-line">
      <a href={linkTo({ view: "follow", params: { id: m.id, secret: m.secret } })}>
        <CategoryIcon code={m.category} />
        <span class="mine-text">
          <span class="mine-name">{categoryName(m.category)}</span>
          <span class="soft">
            {shortNumber(m.id)}
            {!Number.isNaN(at) && (
              <>
                {" · "}
                <time dateTime={m.at} title={formatExact(at, language.value)}>
                  {t("sent", { ago: formatAgo(at, now.value, language.value) })}
                </time>
              </>
            )}
          </span>
        </span>
        {state !== null && typeof state === "object" && <StatusBadge status={state.properties.status} overdue={state.properties.overdue} />}
        {typeof state === "string" && <span class="soft">{t("unknown")}</span>}
      </a>
      <button type="button" class="icon-button" aria-label={`${t("remove")}: ${categoryName(m.category)} ${shortNumber(m.id)}`} title={t("remove")} onClick={onRemove}>
        <Icon name="close" />
      </button>
    </li>
  );
}

/** The reports that were sent from this device. */
export function MinePage(): JSX.Element {
  const kept = useSignal(list());
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    void askCategories();
    title.current?.focus();
    const again = () => (kept.value = list());
    addEventListener("storage", again);
    return () => removeEventListener("storage", again);
  }, []);
  return (
    <Sheet kind="follow" label={t("mine")} title={t("mine")} titleRef={title} onClose={() => goTo({ view: "map" })}>
      {kept.value.length === 0 ? (
        <>
          <p>{t("mineNone")}</p>
          <p class="soft">{t("mineNoneHelp")}</p>
          <p class="panel-links">
            <a class="button" href={linkTo({ view: "report" })}>
              {t("report")}
            </a>
          </p>
        </>
      ) : (
        <>
          <ul class="mine">
            {kept.value.map((m) => (
              <Line
                key={m.id}
                mine={m}
                onRemove={() => {
                  remove(m.id);
                  kept.value = list();
                  title.current?.focus();
                  tell(t("removed"));
                }}
              />
            ))}
          </ul>
          <p class="soft">{t("mineHelp")}</p>
        </>
      )}
    </Sheet>
  );
}
