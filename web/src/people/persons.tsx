import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { findPeople, personRecord, type Holding, type Leave, type PersonRecord } from "../api/people";
import { t as common, word } from "../i18n/i18n";
import { linkTo, params, setParams } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { ask } from "./asking";
import { Failed } from "./parts";
import { Call, Span } from "./seat";
import { at, mayManage, useAsked } from "./state";
import { t } from "./text";
import { toArea } from "./vacant";
import { areaNames, dayText, personName } from "./words";
import { postsText } from "./whom";

/** How many people are listed. */
const most = 50;

function toPerson(id: string | null): string {
  const next: Record<string, string> = { ...params.value };
  delete next.person;
  return linkTo({ params: id === null ? next : { ...next, person: id } });
}

function Found({ q }: { q: string }): JSX.Element {
  const { value, trouble } = useAsked(`people ${q} ${at.value ?? ""}`, (stop) => findPeople(q, at.value, most + 1, stop));
  if (value === null) return trouble === null ? <Skeleton says={t("loading")} lines="tall tall tall" /> : <Failed trouble={trouble} />;
  return (
    <>
      <p class="soft" role="status">
        {value.length === 0 ? t("nobodyFound") : value.length > most ? t("moreFound", { n: most }) : t("peopleFound", { n: value.length })}
      </p>
      <ul class="area-rows">
        {value.slice(0, most).map((p) => (
          <li key={p.id}>
            <a class="area-row" href={toPerson(p.id)}>
              <span class="person-text">
                <strong>
                  <Name of={personName(p)} />
                </strong>
                {p.leave !== undefined && <span class="tag tag-leave">{t("onLeave")}</span>}
                <span class="soft offer-posts">{(p.posts ?? []).length === 0 ? t("noPosts") : <Name of={postsText(p)} />}</span>
              </span>
              <Icon name="right" />
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function Post({ of: h }: { of: Holding }): JSX.Element | null {
  const s = h.seat;
  if (s === undefined) return null;
  const area = s.areas[0];
  return (
    <li class={`held held-${h.when}`}>
      <span class="held-who">
        {word(s.post)}
        {h.deputy && <span class="tag">{common("deputy")}</span>}
        {s.removed === true && <span class="tag">{t("seatRemoved")}</span>}
      </span>
      {area !== undefined && (
        <a class="people-link" href={toArea(area, s.seat_id)}>
          <Name of={areaNames(s.areas)} />
        </a>
      )}
      <span class="soft">
        <Span from={h.from} to={h.to} />
      </span>
    </li>
  );
}

function Posts({ of: p }: { of: PersonRecord }): JSX.Element {
  return (
    <>
      {(["now", "future", "past"] as const).map((when) => {
        const list = p.holdings.filter((h) => h.when === when);
        if (list.length === 0 && when !== "now") return null;
        return (
          <section key={when}>
            <h3>{t(when === "now" ? "postsNow" : when === "future" ? "postsToCome" : "postsBefore")}</h3>
            {list.length === 0 ? (
              <p class="soft">{t("noPosts")}</p>
            ) : (
              <ol class="holdings">
                {list.map((h) => (
                  <Post key={h.id} of={h} />
                ))}
              </ol>
            )}
          </section>
        );
      })}
    </>
  );
}

function LeaveLine({ of: l, p }: { of: Leave; p: PersonRecord }): JSX.Element {
  return (
    <li class={`held held-${l.when ?? "past"}`}>
      <span>{l.to === undefined ? t("since", { from: dayText(l.from) }) : t("fromTo", { from: dayText(l.from), to: dayText(l.to) })}</span>
      {l.when !== "past" && mayManage.value && p.may_change && (
        <button type="button" class="button small" onClick={() => ask({ type: "end_leave", person: p, leave: l, version: p.duty_version })}>
          {t(l.when === "future" ? "takeLeaveBack" : "endLeave")}
        </button>
      )}
    </li>
  );
}

function Detail({ id }: { id: string }): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  const { value: p, trouble } = useAsked(`person ${id}`, (stop) => personRecord(id, stop));
  const known = p !== null;
  useEffect(() => {
    if (known) title.current?.focus({ preventScroll: true });
  }, [known]);
  const manage = p !== null && mayManage.value && p.may_change;
  return (
    <>
      <p>
        <a class="button small" href={toPerson(null)}>
          <Icon name="back" />
          {t("allPeople")}
        </a>
      </p>
      {trouble !== null && <Failed trouble={trouble} />}
      {p === null ? (
        trouble === null && <Skeleton says={t("loading")} lines="wide tall tall" />
      ) : (
        <>
          <div class="person-head">
            <h3 class="area-title" ref={title} tabIndex={-1}>
              <Name of={personName(p)} />
              {p.leave !== undefined && <span class="tag tag-leave">{p.leave.to === undefined ? t("onLeave") : t("onLeaveUntil", { day: dayText(p.leave.to) })}</span>}
            </h3>
            <Call post="" person={p} />
          </div>
          {p.account !== undefined && <p class="soft">{t(p.account.disabled ? "accountDisabled" : "account", { login: p.account.login })}</p>}
          {manage && (
            <p class="deeds">
              <button type="button" class="button small" onClick={() => ask({ type: "person", person: p, version: p.duty_version })}>
                {t("titlePerson")}
              </button>
              <button type="button" class="button small" onClick={() => ask({ type: "leave", person: p, version: p.duty_version })}>
                {t("leave")}
              </button>
            </p>
          )}
          <Posts of={p} />
          {p.leaves.length > 0 && (
            <section>
              <h3>{t("leaves")}</h3>
              <ol class="holdings">
                {p.leaves.map((l) => (
                  <LeaveLine key={l.id} of={l} p={p} />
                ))}
              </ol>
            </section>
          )}
        </>
      )}
    </>
  );
}

/** People by name or phone, and one of them with all posts. */
export function Persons(): JSX.Element {
  const text = useSignal(params.peek().q ?? "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const id = params.value.person;
  if (id !== undefined) return <Detail key={id} id={id} />;
  const q = (params.value.q ?? "").trim();
  return (
    <>
      <input
        class="text-field"
        type="search"
        aria-label={t("findPerson")}
        placeholder={t("findPersonHint")}
        autocomplete="off"
        value={text.value}
        onInput={(e) => {
          const value = e.currentTarget.value;
          text.value = value;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => setParams({ q: value.trim() === "" ? null : value.trim() }), 250);
        }}
      />
      {q === "" ? <p class="soft">{t("findPersonHelp")}</p> : <Found q={q} />}
    </>
  );
}
