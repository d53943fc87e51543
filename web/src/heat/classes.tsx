import type { JSX } from "preact";
import type { Hotspots } from "../api/hotspots";
import { language } from "../i18n/i18n";
import { formatNumber } from "../units/format";
import type { Class } from "./breaks";
import { hidesSome, numbersOf } from "./frames";
import { StandingText } from "./standing";
import { classes, exposure } from "./state";
import { t } from "./text";
import { hasRates, rateOf, ratesOf, standingOf, tooFew } from "./values";
import { noFigures, noRate, rate } from "./words";

/** The largest of numbers, which may be too many for arguments of a function. */
function largestOf(numbers: readonly number[]): number {
  return numbers.reduce((most, n) => Math.max(most, n), 0);
}

/** The numbers of a class; the last goes up to the largest there is. */
function classText(c: Class, largest: number): string {
  const to = c.to ?? Math.max(largest, c.from);
  const from = formatNumber(c.from, language.value);
  return to === c.from ? from : t("range", { from, to: formatNumber(to, language.value) });
}

/** The same of rates, which go on to where the next class begins. */
function rateText(c: Class, largest: number): string {
  return t("range", { from: rate(c.from), to: rate(c.to ?? Math.max(largest, c.from)) });
}

function Few({ of }: { of: Hotspots }): JSX.Element | null {
  if (!hidesSome(of)) return null;
  return (
    <li class="heat-few">
      <i style={{ background: "var(--heat-few)" }} />
      {t("fewer")}
    </li>
  );
}

/** The stripes of hexagons that have no rate or no significance, and why, where there are such. */
function Without({ some, why }: { some: boolean; why: string }): JSX.Element | null {
  if (!some) return null;
  return (
    <li class="heat-few">
      <i class="heat-without" />
      {why}
    </li>
  );
}

function Classes({ largest, text }: { largest: number; text: (c: Class, largest: number) => string }): JSX.Element {
  return (
    <>
      {classes.value.map((c, i) => (
        <li key={c.from}>
          <i style={{ background: `var(--heat-${i})` }} />
          {text(c, largest)}
        </li>
      ))}
    </>
  );
}

/** What the colours of numbers of reports mean. */
export function Counts({ of }: { of: Hotspots }): JSX.Element {
  return (
    <ul class="heat-classes">
      <Few of={of} />
      <Classes largest={largestOf(numbersOf(of))} text={classText} />
    </ul>
  );
}

/** The same of rates. */
export function Rates({ of }: { of: Hotspots }): JSX.Element {
  if (!hasRates(of, exposure.value)) return <None />;
  return (
    <>
      <ul class="heat-classes">
        <Few of={of} />
        <Without some={of.features.some((c) => rateOf(c, null) === undefined)} why={noRate()} />
        <Classes largest={largestOf(ratesOf(of))} text={rateText} />
      </ul>
      {classes.value.length === 0 && <p class="heat-meaning">{t("noRates")}</p>}
    </>
  );
}

/** What the colours of significance mean, with how many hexagons have each. */
export function Standings({ of }: { of: Hotspots }): JSX.Element {
  if (!of.analysis) return <None />;
  const all = of.features.map(standingOf);
  return (
    <>
      <ul class="heat-standings">
        {(["hot", "cold", "plain"] as const).map((s) => (
          <li key={s}>
            <StandingText of={s} />
            <span class="soft">×{formatNumber(all.filter((a) => a === s).length, language.value)}</span>
          </li>
        ))}
        <Without some={all.includes(null)} why={noRate()} />
      </ul>
      {tooFew(of.analysis) && <p class="heat-few-reports">{t("statsFew")}</p>}
    </>
  );
}

/** What hexagons mean where the answer has nothing to colour them by. */
function None(): JSX.Element {
  return (
    <>
      <ul>
        <Without some why={t("noFigures")} />
      </ul>
      <p class="heat-meaning">{noFigures()}</p>
    </>
  );
}
