import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { CategoryIcon } from "../case/categoryicon";
import { language, nameOf } from "../i18n/i18n";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { formatNumber, formatPosition } from "../units/format";
import { change, draft } from "./draft";
import type { Step } from "./outcome";
import { PhotoRow } from "./photorow";
import { followPlace, target } from "./target";
import { t } from "./moretext";
import { askCategories, known, targetOf } from "./whatstep";

/** What the server takes, in characters. */
const most = { words: 4000, name: 100, phone: 40 } as const;
/** From so few left on the counter is shown. */
const tell = 300;

/** Makes of what was typed what the server takes as a telephone number; Chinese keyboards give full-width digits and brackets. */
function dialled(text: string): string {
  return text.normalize("NFKC").replace(/[^\d+() -]+/g, " ").trim();
}

/** The third question: photos and words, both optional, over what was answered before. */
export function MoreStep({ to, busy }: { to: (step: Step) => void; busy: { value: number } }): JSX.Element {
  useEffect(followPlace, []);
  useEffect(() => void askCategories(), []);
  const d = draft.value;
  const category = known.value?.find((c) => c.code === d.category);
  const categoryName = category === undefined ? (d.category ?? "") : nameOf(category);
  const areas = target.value?.located?.areas;
  const placeName = areas?.grid?.name ?? areas?.village?.name ?? areas?.township?.name ?? (d.place === null ? "" : formatPosition(d.place.lon, d.place.lat));
  const left = most.words - [...d.words].length;
  return (
    <>
      <ul class="answers">
        <li>
          <button type="button" class="answer" onClick={() => to("what")}>
            <CategoryIcon code={d.category ?? ""} />
            <span class="answer-text">
              <b>{categoryName}</b>
              {category !== undefined && <span class="soft">{targetOf(category, "target")}</span>}
            </span>
            <span class="answer-change">{t("change")}</span>
          </button>
        </li>
        <li>
          <button type="button" class="answer" onClick={() => to("place")}>
            <Icon name="position" />
            <span class="answer-text">
              <b><Name of={placeName} /></b>
            </span>
            <span class="answer-change">{t("change")}</span>
          </button>
        </li>
        {d.patrol !== undefined && (
          <li>
            <button type="button" class="answer" onClick={() => change({ patrol: undefined })}>
              <Icon name="flag" />
              <span class="answer-text">
                <b>{t("onPatrol")}</b>
              </span>
              <span class="answer-change">{t("notOnPatrol")}</span>
            </button>
          </li>
        )}
      </ul>
      <PhotoRow busy={busy} />
      <label class="words">
        <span class="words-label">{t("wordsLabel")}</span>
        <textarea rows={3} maxLength={most.words} placeholder={t("wordsHint")} value={d.words} onInput={(e) => change({ words: e.currentTarget.value })} />
      </label>
      <p class="words-left soft" role="status">{left <= tell ? t("wordsLeft", { n: formatNumber(left, language.value) }) : ""}</p>
      <details class="contact" open={d.name !== "" || d.phone !== ""}>
        <summary>{t("contactTitle")}</summary>
        <p class="soft">{t("contactWho")}</p>
        <label>
          {t("contactName")}
          <input type="text" autocomplete="name" maxLength={most.name} value={d.name} onInput={(e) => change({ name: e.currentTarget.value })} />
        </label>
        <label>
          {t("contactPhone")}
          <input type="tel" autocomplete="tel" maxLength={most.phone} value={d.phone} onInput={(e) => change({ phone: e.currentTarget.value })} onChange={(e) => change({ phone: dialled(e.currentTarget.value) })} />
        </label>
      </details>
    </>
  );
}
