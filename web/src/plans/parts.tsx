import type { ComponentChildren, JSX } from "preact";
import { language } from "../i18n/i18n";
import type { Plan } from "../plan/types";
import { linkTo } from "../state/store";
import { Name } from "../ui/name";
import { formatAgo, formatExact } from "../units/format";
import { areaName } from "./names";
import { t } from "./text";
import type { Asked } from "./ask";
import { refusalText } from "./words";
import { Skeleton } from "../ui/skeleton";

/** A time as one says it, exact on hover. */
export function When({ at }: { at: string }): JSX.Element {
  const then = Date.parse(at);
  return (
    <time dateTime={at} title={formatExact(then, language.value)}>
      {formatAgo(then, Date.now(), language.value)}
    </time>
  );
}

/** Where a plan stands, in a word. */
export function StatusBadge({ plan }: { plan: Plan }): JSX.Element {
  return <span class={`plan-badge plan-${plan.status}`}>{t(plan.status === "published" && plan.revision !== undefined ? "publishedAs" : plan.status, { n: plan.revision ?? 0 })}</span>;
}

/** Shows what was asked for once it is there; until then, or where it cannot be had, what is to be said of that. */
export function Shown<T>({ of, children }: { of: Asked<T>; children: (value: T) => ComponentChildren }): JSX.Element {
  return (
    <>
      {of.error !== null && (
        <div class="stale" role="alert">
          <p>{refusalText(of.error, areaName)}</p>
          <button type="button" class="button" onClick={of.again}>
            {t("retry")}
          </button>
        </div>
      )}
      {of.value === null ? of.error === null && <Skeleton says={t("loading")} lines="wide tall tall" /> : children(of.value)}
    </>
  );
}

/** The name of an area (`kind:code`), which leads to it on the map; its code stands after it, quietly. */
export function AreaRef({ area, quiet = false }: { area: string; quiet?: boolean }): JSX.Element {
  const code = area.slice(area.indexOf(":") + 1);
  const name = areaName(area);
  return (
    <span class="area-ref">
      <Name of={name} />
      {!quiet && name !== code && <span class="code">{code}</span>}
    </span>
  );
}

/** One of several ways to look at the same thing. */
export function Tabs({ label, of, active }: { label: string; of: { name: string; text: string; params: Record<string, string> }[]; active: string }): JSX.Element {
  return (
    <nav class="plan-tabs" aria-label={label}>
      {of.map((tab) => (
        <a key={tab.name} href={linkTo({ params: tab.params })} {...(tab.name === active ? { "aria-current": "page" } : {})}>
          {tab.text}
        </a>
      ))}
    </nav>
  );
}

/** A table that a narrow page scrolls sideways. */
export function Table({ label, heads, children }: { label: string; heads: { text: string; number?: boolean }[]; children: ComponentChildren }): JSX.Element {
  return (
    <div class="plan-scroll" tabIndex={0} role="group" aria-label={label}>
      <table class="plan-table">
        <thead>
          <tr>
            {heads.map((h) => (
              <th key={h.text} scope="col" class={h.number === true ? "number" : ""}>
                {h.text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
