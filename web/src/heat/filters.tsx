import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { categories, type Category } from "../api/reports";
import { CategoryIcon } from "../case/categoryicon";
import { nameOf } from "../i18n/i18n";
import { setParams } from "../state/store";
import { Icon } from "../ui/icons";
import { days, states, type State, type Time } from "./question";
import { readsAll } from "./reader";
import { filter, pause } from "./state";
import { t } from "./text";

function choose(change: Record<string, string | null>): void {
  pause();
  setParams(change);
}

function toggle(code: string): void {
  const { category } = filter.value;
  const next = category.includes(code) ? category.filter((c) => c !== code) : [...category, code];
  choose({ category: next.length === 0 ? null : next.join(",") });
}

function summary(all: readonly Category[]): string {
  const { category } = filter.value;
  if (category.length === 0) return t("allCategories");
  const only = category.length === 1 ? all.find((c) => c.code === category[0]) : undefined;
  return only === undefined ? t("someCategories", { n: category.length }) : nameOf(only);
}

/** What narrows the reports down: category, state, time. */
export function Filters(): JSX.Element {
  const open = useSignal(false);
  const all = useSignal<readonly Category[]>([]);
  useEffect(() => {
    // Without the names the filter still works by the address; the banner says what is wrong when the counts fail too.
    categories().then((list) => (all.value = list), () => undefined);
  }, []);
  const { category, state, time } = filter.value;
  const timeNames: Time[] = [...days, "month", ...(readsAll.value ? (["week"] as const) : [])];
  const stateNames = states.filter((s) => s !== "overdue" || readsAll.value);
  const isDays = (name: Time): name is (typeof days)[number] => (days as readonly string[]).includes(name);
  return (
    <div class="heat-filters">
      <div class="heat-picks">
        <button type="button" class={`heat-pick${category.length > 0 ? " narrowed" : ""}`} aria-expanded={open.value} aria-controls="heat-categories" onClick={() => (open.value = !open.value)}>
          <span class="heat-pick-label">{t("category")}</span>
          <span class="heat-pick-value">{summary(all.value)}</span>
          <Icon name={open.value ? "up" : "down"} />
        </button>
        <div class={`heat-pick${state !== null ? " narrowed" : ""}`}>
          <label class="heat-pick-label" for="heat-state">{t("state")}</label>
          <select id="heat-state" value={state ?? ""} onChange={(e) => choose({ state: e.currentTarget.value === "" ? null : e.currentTarget.value })}>
            <option value="">{t("anyState")}</option>
            {stateNames.map((s: State) => <option key={s} value={s}>{t(s)}</option>)}
          </select>
          <Icon name="down" />
        </div>
        <div class="heat-pick">
          <label class="heat-pick-label" for="heat-time">{t("time")}</label>
          <select id="heat-time" value={time} onChange={(e) => choose({ time: e.currentTarget.value === "365" ? null : e.currentTarget.value, frame: null })}>
            {timeNames.map((name) => <option key={name} value={name}>{isDays(name) ? t(`days${name}`) : t(name)}</option>)}
          </select>
          <Icon name="down" />
        </div>
      </div>
      {open.value && (
        <fieldset id="heat-categories" class="heat-categories">
          <legend class="visually-hidden">{t("category")}</legend>
          {all.value.map((c) => (
            <label key={c.code}>
              <input type="checkbox" checked={category.includes(c.code)} onChange={() => toggle(c.code)} />
              <CategoryIcon code={c.code} />
              <span>{nameOf(c)}</span>
            </label>
          ))}
          {category.length > 0 && (
            <button type="button" class="heat-clear" onClick={() => choose({ category: null })}>
              {t("clear")}
            </button>
          )}
        </fieldset>
      )}
    </div>
  );
}
