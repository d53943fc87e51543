import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { language } from "../i18n/i18n";
import { now } from "../state/clock";
import { formatAgo, formatExact } from "../units/format";
import { areaName, store } from "./desk";
import { t } from "./text";
import { operationName } from "./words";

const few = 5;

/** What was done to the plan, the last first. */
export function HistoryList(): JSX.Element | null {
  const whole = useSignal(false);
  const all = store.value?.plan.value?.history ?? [];
  if (all.length === 0) return null;
  const last = [...all].reverse();
  const shown = whole.value ? last : last.slice(0, few);
  return (
    <section class="plan-history">
      <h3>{t("history", { n: all.length })}</h3>
      <ol reversed start={all.length}>
        {shown.map((e) => (
          <li key={e.n}>
            {operationName(e.op, areaName)}
            <small class="soft" title={formatExact(Date.parse(e.at), language.value)}>
              {e.by.me ? t("me") : e.by.name} · {formatAgo(Date.parse(e.at), now.value, language.value)}
            </small>
          </li>
        ))}
      </ol>
      {all.length > few && (
        <button type="button" class="chip" aria-pressed={whole.value} onClick={() => (whole.value = !whole.value)}>
          {t(whole.value ? "fewRows" : "allOf", { n: all.length })}
        </button>
      )}
    </section>
  );
}
