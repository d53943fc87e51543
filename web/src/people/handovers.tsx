import type { JSX } from "preact";
import { openHandovers } from "../api/people";
import { HandoverCard, Receipts } from "../handover/card";
import { language } from "../i18n/i18n";
import { Skeleton } from "../ui/skeleton";
import { formatNumber } from "../units/format";
import { Failed } from "./parts";
import { refresh, useAsked } from "./state";
import { t } from "./text";

/** The handovers that nobody has acknowledged yet: the own ones, and those of others that may be seen. */
export function Handovers(): JSX.Element {
  const { value, trouble } = useAsked("handovers", (stop) => openHandovers(false, stop));
  if (value === null) return trouble === null ? <Skeleton says={t("loading")} lines="wide tall tall" /> : <Failed trouble={trouble} />;
  const mine = value.filter((h) => h.mine);
  const others = value.filter((h) => !h.mine);
  return (
    <>
      {trouble !== null && <Failed trouble={trouble} />}
      {mine.length > 0 && <Receipts list={mine} onDone={refresh} />}
      {others.length > 0 && (
        <section>
          <h3>
            {t("handoversOfOthers")} <span class="count">{formatNumber(others.length, language.value)}</span>
          </h3>
          <ul>
            {others.map((h) => (
              <HandoverCard key={h.id} of={h} onDone={refresh} />
            ))}
          </ul>
        </section>
      )}
      {value.length === 0 && <p role="status">{t("noHandovers")}</p>}
    </>
  );
}
