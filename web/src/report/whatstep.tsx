import { signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { categories, type Category } from "../api/reports";
import { CategoryIcon } from "../case/categoryicon";
import { language, nameOf } from "../i18n/i18n";
import { Icon } from "../ui/icons";
import { formatNumber } from "../units/format";
import { change, draft } from "./draft";
import { t } from "./text";
import { lastUsed, matches, ordered } from "./used";
import { Skeleton } from "../ui/skeleton";

/** The categories; null until they have come. */
export const known = signal<Category[] | null>(null);

let failures = 0;

/** Asks for the categories until they come. */
export async function askCategories(): Promise<void> {
  if (known.peek() !== null) return;
  try {
    known.value = await categories();
  } catch {
    failures++;
    setTimeout(() => void askCategories(), Math.min(failures * 3, 20) * 1000);
  }
}

/** The time in which a report of a category is to be handled, in words. */
export function targetOf(c: Category, key: "within" | "target"): string {
  const n = formatNumber(c.target_hours, language.value, 1);
  return t(c.around_clock ? key : `${key}Working`, { n });
}

/** The second question: what it is. Choosing answers it. */
export function WhatStep({ onChosen }: { onChosen: () => void }): JSX.Element {
  const text = useSignal("");
  useEffect(() => void askCategories(), []);
  const all = known.value;
  if (all === null) {
    return <Skeleton says={t("whatAway")} lines="tall tall tall" />;
  }
  const used = lastUsed();
  const shown = ordered(all, used).filter((c) => matches(c, text.value));
  const choose = (c: Category) => {
    change({ category: c.code });
    onChosen();
  };
  return (
    <>
      <form
        class="find"
        role="search"
        onSubmit={(e) => {
          e.preventDefault();
          if (text.value.trim() !== "" && shown.length === 1 && shown[0] !== undefined) choose(shown[0]);
        }}
      >
        <label class="field-box">
          <Icon name="search" />
          <span class="visually-hidden">{t("whatSearch")}</span>
          <input type="text" inputMode="search" enterkeyhint="search" autocomplete="off" maxLength={40} placeholder={t("whatSearch")} value={text.value} onInput={(e) => (text.value = e.currentTarget.value)} />
        </label>
      </form>
      <ul class="kinds" aria-label={t("whatTitle")}>
        {shown.map((c) => (
          <li key={c.code}>
            <button type="button" class="kind" aria-pressed={draft.value.category === c.code} onClick={() => choose(c)}>
              <CategoryIcon code={c.code} />
              <span class="kind-name">{nameOf(c)}</span>
              <span class="kind-time">{targetOf(c, "within")}</span>
              {used[0] === c.code && <span class="kind-used">{t("lastUsed")}</span>}
            </button>
          </li>
        ))}
      </ul>
      <p role="status" class="soft">{shown.length === 0 ? t("whatNone", { text: text.value.trim() }) : ""}</p>
    </>
  );
}
