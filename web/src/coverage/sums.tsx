import type { JSX } from "preact";
import { language, nameOf } from "../i18n/i18n";
import { formatDay, formatExact } from "../units/format";
import type { Coverage } from "./client";
import { t } from "./text";
import { daysAgo, km2, number, percent } from "./words";

/** A share as a bar; what it says stands beside it. */
export function Bar({ share }: { share: number }): JSX.Element {
  return (
    <svg class="coverage-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="coverage-bar-all" x="0" y="0" width="100" height="10" />
      <rect class="coverage-bar-part" x="0" y="0" width={Math.min(1, share) * 100} height="10" />
    </svg>
  );
}

function Checkpoints({ of: c }: { of: Coverage["checkpoints"] }): JSX.Element {
  if (c.due === 0) return <p class="soft">{t("noCheckpoints")}</p>;
  const parts = [
    { key: "onTime", n: c.on_time, sign: "✓" },
    { key: "late", n: c.late, sign: "◷" },
    { key: "missed", n: c.never, sign: "✕" },
  ] as const;
  return (
    <>
      <svg class="coverage-bar coverage-points" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {parts.map((p, i) => (
          <rect key={p.key} class={`coverage-${p.key}`} x={(100 * parts.slice(0, i).reduce((n, q) => n + q.n, 0)) / c.due} y="0" width={(100 * p.n) / c.due} height="10" />
        ))}
      </svg>
      <ul class="coverage-point-list">
        {parts.map((p) => (
          <li key={p.key}>
            <i class={`coverage-${p.key}`} aria-hidden="true">
              {p.sign}
            </i>{" "}
            {t(p.key)} <b>{t("ofDue", { n: number(p.n), due: number(c.due) })}</b>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The area in numbers. */
export function Sums({ of: c }: { of: Coverage }): JSX.Element {
  const day = (time: string) => formatDay(Date.parse(time), language.value);
  return (
    <section class="coverage-sums" aria-label={nameOf(c.area)}>
      <p class="coverage-share">
        <b>{percent(c.share)}</b> <span>{t("share")}</span>
      </p>
      <Bar share={c.share} />
      <p class="soft">
        {t("shareSays", { covered: km2(c.covered_m2), area: km2(c.area_m2) })}
        {c.unmerged_m2 > c.covered_m2 * 1.005 && ` · ${t("again", { km2: km2(c.unmerged_m2) })}`}
      </p>
      <dl class="coverage-facts">
        <div>
          <dt>{t("last_visit")}</dt>
          <dd title={c.last_visit === null ? "" : formatExact(Date.parse(c.last_visit), language.value)}>{daysAgo(c.days_since)}</dd>
        </div>
        <div>
          <dt>{t("visits")}</dt>
          <dd>{t("visitsSays", { n: number(c.visits) })}</dd>
        </div>
        <div>
          <dt>{t("hours")}</dt>
          <dd>{t("hoursSays", { n: number(c.patrol_hours, 1) })}</dd>
        </div>
        <div>
          <dt>{t("distance")}</dt>
          <dd>{t("km", { n: number(c.distance_m / 1000, 1) })}</dd>
        </div>
      </dl>
      <h3>{t("checkpoints")}</h3>
      <Checkpoints of={c.checkpoints} />
      {c.visits === 0 && c.covered_m2 === 0 && <p class="coverage-none">{t("none")}</p>}
      {c.erased_before !== undefined && <p class="soft">{t("erased", { day: day(c.erased_before) })}</p>}
      {c.coarse_before !== undefined && <p class="soft">{t("coarse", { day: day(c.coarse_before) })}</p>}
      <details class="coverage-how">
        <summary>{t("how")}</summary>
        <p>{t("howText", { swath: number(c.swath_m) })}</p>
      </details>
    </section>
  );
}
