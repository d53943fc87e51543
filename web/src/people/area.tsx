import type { JSX } from "preact";
import { area, listAreas } from "../api/client";
import { bodiesOf, refText, seatsOf, type Body, type Seat } from "../api/people";
import { isKind, type AreaFeature, type Kind, type ListedArea, type Ref } from "../api/types";
import { language, nameOf, t as common, word } from "../i18n/i18n";
import { app } from "../state/app";
import { who } from "../state/session";
import { linkTo } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { formatNumber } from "../units/format";
import { addable, ask } from "./asking";
import { Failed } from "./parts";
import { SeatCard } from "./seat";
import { at, mayManage, useAsked, vacant } from "./state";
import { t } from "./text";
import { toArea } from "./vacant";
import { areaNames } from "./words";

/** Which kinds lie directly in an area of a kind, in the order they are listed. */
const below: Partial<Record<Kind, readonly Kind[]>> = { district: ["township"], township: ["grid", "village"], village: ["grid", "village_group", "compound"] };

/** How many posts are vacant in an area and what lies in it. */
function vacantIn(ref: Ref): number {
  const is = (a: Ref) => a.kind === ref.kind && a.code === ref.code;
  return (vacant.value ?? []).filter((v) => v.required && (v.areas.some(is) || v.within?.some(is) === true)).length;
}

function AreaRow({ area: a, kind }: { area: ListedArea; kind: Kind }): JSX.Element {
  const n = vacantIn({ kind, code: a.code });
  return (
    <li>
      <a class="area-row" href={toArea({ kind, code: a.code })}>
        <span class="area-name">
          <Name of={nameOf(a)} /> <span class="code">{a.code}</span>
        </span>
        {n > 0 && <span class="vacant-mark">{t("vacantHere", { n: formatNumber(n, language.value) })}</span>}
        <Icon name="right" />
      </a>
    </li>
  );
}

/** What lies directly in an area. */
function Inside({ of: ref }: { of: Ref }): JSX.Element | null {
  const kinds = below[ref.kind] ?? [];
  const key = `inside ${refText(ref)}`;
  const { value, trouble } = useAsked(key, (stop) => Promise.all(kinds.map(async (kind) => ({ kind, areas: await listAreas(kind, ref.kind === "district" ? null : ref.code, stop) }))));
  if (kinds.length === 0) return null;
  if (value === null) return trouble === null ? <Skeleton says={t("loading")} lines="wide short short" /> : <Failed trouble={trouble} />;
  return (
    <>
      {value.map(({ kind, areas }) =>
        areas.length === 0 ? null : (
          <section key={kind}>
            <h3>
              {common(`${kind}s` as const)} <span class="count">{formatNumber(areas.length, language.value)}</span>
            </h3>
            <ul class="area-rows">
              {areas.map((a) => (
                <AreaRow key={a.code} area={a} kind={kind} />
              ))}
            </ul>
          </section>
        ),
      )}
    </>
  );
}

function BodyRow({ of: b, kind, version }: { of: Body; kind: "committee" | "branch"; version: number }): JSX.Element {
  const first = b.groups[0];
  const { village } = b;
  return (
    <li class="body-row">
      <div>
        <p>
          {first !== undefined && kind === "committee" ? (
            <a class="people-link" href={toArea(first)}>
              <Name of={b.name} />
            </a>
          ) : (
            <Name of={b.name} />
          )}{" "}
          <span class="code">{b.code}</span>
        </p>
        <p class="soft">
          <Name of={areaNames(b.groups)} />
        </p>
      </div>
      {mayManage.value && b.may_change && village !== null && (
        <p class="deeds">
          <button type="button" class="button small" aria-label={t("editOf", { name: b.name })} onClick={() => ask({ type: "body", kind, village, body: b, version })}>
            {t("edit")}
          </button>
          <button type="button" class="button small" aria-label={t("removeOf", { name: b.name })} onClick={() => ask({ type: "remove_body", kind, body: b, version })}>
            {t("remove")}
          </button>
        </p>
      )}
    </li>
  );
}

/** The committees and Party branches of a village. */
function Bodies({ village }: { village: AreaFeature["properties"] }): JSX.Element {
  const time = at.value;
  const { value, trouble } = useAsked(`bodies ${village.code} ${time ?? ""}`, (stop) => Promise.all([bodiesOf("committees", village.code, time, stop), bodiesOf("branches", village.code, time, stop)]));
  if (value === null) return trouble === null ? <Skeleton says={t("loading")} lines="wide short" /> : <Failed trouble={trouble} />;
  const here = { kind: "village" as const, code: village.code, name: nameOf(village) };
  return (
    <>
      {(["committee", "branch"] as const).map((kind, i) => {
        const { bodies = [], version = 0 } = value[i] ?? {};
        if (bodies.length === 0 && !mayManage.value) return null;
        return (
          <section key={kind}>
            <h3>
              {t(kind === "committee" ? "committees" : "branches")} <span class="count">{formatNumber(bodies.length, language.value)}</span>
            </h3>
            <ul class="body-rows">
              {bodies.map((b) => (
                <BodyRow key={b.code} of={b} kind={kind} version={version} />
              ))}
            </ul>
            {mayManage.value && (
              <button type="button" class="button small" onClick={() => ask({ type: "body", kind, village: here, body: null, version })}>
                <Icon name="plus" />
                {t(kind === "committee" ? "titleNewCommittee" : "titleNewBranch")}
              </button>
            )}
          </section>
        );
      })}
    </>
  );
}

function Seats({ of: p }: { of: AreaFeature["properties"] }): JSX.Element | null {
  const ref = { kind: p.kind, code: p.code };
  const time = at.value;
  const { value, trouble } = useAsked(`seats ${refText(ref)} ${time ?? ""}`, (stop) => seatsOf(ref, time, stop));
  if (p.kind === "village") return null;
  if (value === null) return trouble === null ? <Skeleton says={t("loading")} lines="wide tall tall tall" /> : <Failed trouble={trouble} />;
  const { seats, version } = value;
  const bodies = [...new Map(seats.flatMap((s) => (s.committee === undefined ? [] : [[s.committee.code, s.committee] as const]))).values()];
  const parts: { body: { code: string; name: string } | null; seats: Seat[] }[] = [
    ...bodies.map((body) => ({ body, seats: seats.filter((s) => s.committee?.code === body.code) })),
    { body: null, seats: seats.filter((s) => s.committee === undefined) },
  ];
  return (
    <>
      {seats.length === 0 && <p class="soft">{t(who.value?.scope.all === true ? "noSeats" : "noSeatsHere")}</p>}
      {parts.map(({ body, seats: own }) => {
        const posts = mayManage.value ? addable(p.kind, own, body !== null) : [];
        if (own.length === 0 && (posts.length === 0 || body === null && bodies.length > 0)) return null;
        const served = own[0]?.areas ?? [];
        return (
          <section key={body?.code ?? ""} aria-label={body?.name ?? t("posts")}>
            <h3>{body === null ? t("posts") : <Name of={body.name} />}</h3>
            {served.length > 1 && <p class="soft">{t("serves", { groups: areaNames(served) })}</p>}
            <ul class="seats">
              {own.map((s) => (
                <SeatCard key={s.seat_id} seat={s} version={version} several={own.filter((o) => o.post === s.post).length > 1} />
              ))}
            </ul>
            {posts.length > 0 && (
              <button type="button" class="button small" onClick={() => ask({ type: "add_seat", area: { ...ref, name: nameOf(p) }, committee: body, posts, version })}>
                <Icon name="plus" />
                {t("addSeat")}
              </button>
            )}
          </section>
        );
      })}
    </>
  );
}

/** What an area lies in, the widest first; each leads to its posts. */
function Way({ up }: { up: readonly AreaFeature[] }): JSX.Element {
  return (
    <nav class="way" aria-label={t("way")}>
      {[...up].reverse().map(({ properties: p }) => (
        <a key={p.kind} href={p.kind === "district" ? linkTo({ selection: null }) : toArea({ kind: p.kind, code: p.code })}>
          <Name of={nameOf(p)} />
        </a>
      ))}
    </nav>
  );
}

/** Gives an area with those it lies in, the nearest first. */
async function withParents(ref: Ref): Promise<AreaFeature[]> {
  const found = [await area(ref)];
  for (let up = found[0]?.properties.parent; up !== undefined && found.length < 6; up = found.at(-1)?.properties.parent) {
    const f = await area(up).catch(() => null);
    if (f === null) break;
    found.push(f);
  }
  return found;
}

/** The areas of whoever is signed in, where they are not all. */
function Own(): JSX.Element | null {
  const scope = who.value?.scope;
  if (scope === undefined || scope.all || scope.areas.length === 0) return null;
  return <OwnAreas refs={scope.areas} />;
}

function OwnAreas({ refs }: { refs: readonly string[] }): JSX.Element {
  const { value } = useAsked(`own ${refs.join()}`, () =>
    Promise.all(
      refs.slice(0, 50).map(async (text) => {
        const [kind = "", ...code] = text.split(":");
        return isKind(kind) ? await area({ kind, code: code.join(":") }).catch(() => null) : null;
      }),
    ),
  );
  return (
    <section>
      <h3>{t("ownAreas")}</h3>
      {value === null ? (
        <Skeleton says={t("loading")} lines="short short" />
      ) : (
        <ul class="area-rows">
          {value.map((f) => f !== null && <AreaRow key={`${f.properties.kind} ${f.properties.code}`} area={f.properties as ListedArea} kind={f.properties.kind} />)}
        </ul>
      )}
    </section>
  );
}

/** The posts of an area, and what lies in it. */
export function AreaView({ of: ref }: { of: Ref | null }): JSX.Element {
  const district = app.value?.district;
  const shown = ref ?? (district === undefined ? null : { kind: "district" as const, code: district.code });
  const { value, trouble } = useAsked(`area ${shown === null ? "" : refText(shown)}`, () => (shown === null ? Promise.resolve([]) : withParents(shown)));
  const own = value?.[0]?.properties;
  if (own === undefined || value === null) return trouble === null ? <Skeleton says={t("loading")} lines="wide tall tall tall" /> : <Failed trouble={trouble} />;
  return (
    <>
      {value.length > 1 && <Way up={value.slice(1)} />}
      <h3 class="area-title">
        <Name of={nameOf(own)} /> <span class="code">{word(own.kind)} {own.code}</span>
      </h3>
      {ref === null && <Own />}
      <Seats of={own} />
      <Inside of={{ kind: own.kind, code: own.code }} />
      {own.kind === "village" && <Bodies village={own} />}
    </>
  );
}
