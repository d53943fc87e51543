import type { ComponentChildren, JSX } from "preact";
import type { AreaProperties, Ref, Revision } from "../api/types";
import { language, nameOf, t, word } from "../i18n/i18n";
import { linkTo } from "../state/store";
import { formatAgo, formatArea, formatDay, formatExact, formatNumber } from "../units/format";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";

/** One line of a list of facts. */
export function Fact({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** An area by name, which opens it; its code stands after it, quietly. */
function AreaLink({ area, name }: { area: Ref; name: string }): JSX.Element {
  return (
    <a class="area-link" href={linkTo({ selection: { type: "area", ref: area } })}>
      <span class="area-name"><Name of={name} /></span> <span class="code">{area.code}</span>
    </a>
  );
}

/** Somebody who holds a post, as far as that is public. */
export interface Holder {
  post: string;
  where: string | null;
  name: string | undefined;
  phone: string | undefined;
  deputy: boolean;
  vacant: boolean;
}

/** One post: who holds it, and the button to call. */
export function Person({ holder: h }: { holder: Holder }): JSX.Element {
  const post = word(h.post);
  return (
    <li class="person">
      <div class="person-text">
        <span class="person-name">
          {h.name !== undefined ? <Name of={h.name} /> : <span class="soft">{t(h.vacant ? "vacant" : "notPublic")}</span>}
          {h.deputy && <span class="tag">{t("deputy")}</span>}
        </span>
        <span class="person-post">
          {post}
          {h.where !== null && ` · ${h.where}`}
        </span>
      </div>
      {h.phone !== undefined && (
        <a class="call" href={`tel:${h.phone}`} aria-label={t("call", { post, name: h.name ?? "", phone: h.phone })}>
          <Icon name="phone" />
          <span class="phone-number">{h.phone}</span>
        </a>
      )}
    </li>
  );
}

/** The size and the people of an area. */
export function Facts({ of: p }: { of: AreaProperties }): JSX.Element {
  const size = formatArea(p.area_m2, language.value);
  return (
    <>
      <Fact label={t("size")}>
        {t("km2", { n: size.km2 })} <span class="soft">· {t("mu", { n: size.mu })}</span>
      </Fact>
      {p.households !== undefined && <Fact label={t("households")}>{formatNumber(p.households, language.value)}</Fact>}
      {p.population !== undefined && <Fact label={t("population")}>{formatNumber(p.population, language.value)}</Fact>}
    </>
  );
}

/** Which revision of the boundaries the answer is from, and since which the area is as it is. */
export function Since({ number, revision, area }: { number: number; revision: Revision | null; area: AreaProperties | null }): JSX.Element {
  const then = revision === null ? NaN : Date.parse(revision.published_at);
  return (
    <Fact label={t("boundaries")}>
      {t("revision", { n: number })}
      {area !== null && area.from_revision < number && <span>, {t("since", { n: area.from_revision })}</span>}
      {!Number.isNaN(then) && (
        <time class="soft since" dateTime={revision?.published_at} title={formatExact(then, language.value)}>
          {formatDay(then, language.value)} · {t("published", { ago: formatAgo(then, Date.now(), language.value) })}
        </time>
      )}
    </Fact>
  );
}

/** What an area is, in words: its kind, finer where that is known. */
export function kindOf(p: AreaProperties): string {
  if (p.unit_type === "village") return t("unitVillage");
  if (p.unit_type === "community") return t("unitCommunity");
  if (p.unit_type === "special") return t("unitSpecial");
  if (p.class === "urban") return t("gridUrban");
  if (p.class === "rural") return t("gridRural");
  return t(p.kind);
}

/** The areas that something lies in, the smallest first. */
export function Belongs({ areas }: { areas: { ref: Ref; name: string }[] }): JSX.Element | null {
  if (areas.length === 0) return null;
  return (
    <section>
      <h3>{t("belongs")}</h3>
      <dl class="facts">
        {areas.map(({ ref, name }) => (
          <Fact key={ref.kind} label={t(ref.kind)}>
            <AreaLink area={ref} name={name} />
          </Fact>
        ))}
      </dl>
    </section>
  );
}

/** Gives an area feature as a line of Belongs. */
export function named(p: AreaProperties): { ref: Ref; name: string } {
  return { ref: { kind: p.kind, code: p.code }, name: nameOf(p) };
}
