import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get } from "../api/client";
import type { Member } from "../api/patrols";
import { findPeople, refText, type NamedArea, type Person, type Seat } from "../api/people";
import type { Hit } from "../api/types";
import { nameOf, t as common, word } from "../i18n/i18n";
import { canDrawMap } from "../map/webgl";
import { searchSoon } from "../search/soon";
import { can } from "../state/session";
import { Name } from "../ui/name";
import type { Form } from "./form";
import { mostMembers } from "./form";
import { areaChoices } from "./state";
import { t } from "./text";
import { memberName } from "./words";

/** Chooses the area of a patrol: by name, from the own ones, or by a tap on the map. */
export function AreaField({ form }: { form: Signal<Form> }): JSX.Element {
  const text = useSignal("");
  const hits = useSignal<readonly Hit[] | null>(null);
  const q = text.value.trim();
  useEffect(() => {
    hits.value = null;
    if (q === "") return;
    return searchSoon(q, 8, 150, (found) => (hits.value = found.filter((h) => h.properties.kind !== undefined)), () => (hits.value = null));
  }, [q]);
  const put = (a: NamedArea) => {
    form.value = { ...form.value, area: a, team: [], checkpoints: null };
    text.value = "";
  };
  const at = form.value.area;
  const own = areaChoices.value.filter((a) => a.kind !== "township" && a.kind !== "district");
  return (
    <div class="pfield">
      <label class="field-label" for="patrol-area">
        {t("area")}
      </label>
      {at !== null && (
        <p class="chosen-area">
          <strong>
            <Name of={at.name} />
          </strong>{" "}
          <span class="code">
            {common(at.kind)} {at.code}
          </span>
        </p>
      )}
      <input id="patrol-area" class="text-field" type="search" autocomplete="off" value={text.value} placeholder={t(at === null ? "findArea" : "otherArea")} aria-describedby="patrol-area-hint" onInput={(e) => (text.value = e.currentTarget.value)} />
      {hits.value !== null && (
        <ul class="offers" role="list">
          {hits.value.map(({ properties: p }) => (
            <li key={`${p.kind}:${p.code}`}>
              <button type="button" onClick={() => p.kind !== undefined && p.code !== undefined && put({ kind: p.kind, code: p.code, name: nameOf(p) })}>
                <Name of={nameOf(p)} />{" "}
                <span class="soft">
                  {p.kind === undefined ? "" : common(p.kind)} {p.code}
                </span>
              </button>
            </li>
          ))}
          {hits.value.length === 0 && <li class="soft">{t("nothingFound")}</li>}
        </ul>
      )}
      {own.length > 0 && own.length <= 8 && (
        <div class="state-chips" role="group" aria-label={t("ownAreas")}>
          {own.map((a) => (
            <button key={refText(a)} type="button" class="chip" aria-pressed={at !== null && refText(at) === refText(a)} onClick={() => put(a)}>
              {a.name}
            </button>
          ))}
        </div>
      )}
      <p class="soft" id="patrol-area-hint">
        {canDrawMap() ? t("tapArea") : ""}
      </p>
    </div>
  );
}

/** Somebody who could go. */
interface Candidate {
  person: string;
  name: string;
  /** The posts held there. */
  posts: string[];
  onLeave: boolean;
}

/** Gives who holds posts in an area, or stands in there, each once. */
async function holdersIn(of: NamedArea, stop: AbortSignal): Promise<Candidate[]> {
  const { posts } = await get<{ posts: Seat[] }>(`/api/v1/posts?area=${encodeURIComponent(refText(of))}`, stop);
  const found = new Map<string, Candidate>();
  for (const s of posts) {
    for (const p of [s.holder, s.deputy]) {
      if (p?.name === undefined) continue;
      const c = found.get(p.id) ?? { person: p.id, name: p.name, posts: [], onLeave: p.leave !== undefined };
      const where = s.areas.find((a) => refText(a) !== refText(of))?.name;
      const post = [where, word(s.post)].filter((x) => x !== undefined).join(" ");
      if (!c.posts.includes(post)) c.posts.push(post);
      found.set(p.id, c);
    }
  }
  return [...found.values()];
}

/** Chooses the team: from who holds posts in the area, or somebody else by name. */
export function TeamField({ form }: { form: Signal<Form> }): JSX.Element {
  const found = useSignal<readonly Candidate[] | null>(null);
  const failed = useSignal(false);
  const text = useSignal("");
  const others = useSignal<readonly Person[] | null>(null);
  const f = form.value;
  const where = f.area;
  const key = where === null ? "" : refText(where);
  useEffect(() => {
    found.value = null;
    failed.value = false;
    if (where === null) return;
    const stop = new AbortController();
    holdersIn(where, stop.signal).then(
      (list) => (found.value = list),
      () => {
        if (!stop.signal.aborted) failed.value = true;
      },
    );
    return () => stop.abort();
  }, [key]);
  const q = text.value.trim();
  useEffect(() => {
    others.value = null;
    if (q === "") return;
    const stop = new AbortController();
    const soon = setTimeout(() => {
      findPeople(q, null, 8, stop.signal).then(
        (people) => (others.value = people),
        () => undefined, // the next letter asks again
      );
    }, 200);
    return () => {
      clearTimeout(soon);
      stop.abort();
    };
  }, [q]);
  const inTeam = (id: string) => f.team.some((m) => m.person === id);
  const turn = (m: Member) => (form.value = { ...form.value, team: inTeam(m.person) ? f.team.filter((x) => x.person !== m.person) : [...f.team, m] });
  const full = f.team.length >= mostMembers;
  const known = found.value ?? [];
  const offered: Candidate[] = [
    ...f.team.filter((m) => !known.some((c) => c.person === m.person)).map((m) => ({ person: m.person, name: memberName(m), posts: [], onLeave: false })),
    ...known,
    ...(others.value ?? []).filter((p) => !inTeam(p.id) && !known.some((c) => c.person === p.id)).map((p) => ({ person: p.id, name: p.name ?? t("noName"), posts: (p.posts ?? []).slice(0, 1).map((s) => `${s.areas[0]?.name ?? ""} ${word(s.post)}`), onLeave: p.leave !== undefined })),
  ];
  return (
    <fieldset class="pfield team-field">
      <legend class="field-label">
        {t("team")} <span class="soft">{t("teamCount", { n: f.team.length, most: mostMembers })}</span>
      </legend>
      {where === null ? (
        <p class="soft">{t("teamAfterArea")}</p>
      ) : (
        <>
          {failed.value && <p class="stale">{t("teamAway")}</p>}
          <div class="offered-team">
            {offered.map((c) => (
              <label key={c.person} class="offer">
                <input type="checkbox" checked={inTeam(c.person)} disabled={full && !inTeam(c.person)} onChange={() => turn({ person: c.person, name: c.name })} />
                <span>
                  <Name of={c.name} /> {c.onLeave && <span class="tag">{t("onLeave")}</span>}
                  <span class="soft offer-posts">{c.posts.slice(0, 2).join(" · ")}</span>
                </span>
              </label>
            ))}
          </div>
          {found.value?.length === 0 && <p class="soft">{t("nobodyThere")}</p>}
          {can("read_roster") && (
            <>
              <label class="visually-hidden" for="patrol-person">
                {t("findPerson")}
              </label>
              <input id="patrol-person" class="text-field" type="search" autocomplete="off" value={text.value} placeholder={t("findPerson")} onInput={(e) => (text.value = e.currentTarget.value)} />
              {others.value?.length === 0 && <p class="soft">{t("nothingFound")}</p>}
            </>
          )}
          {f.team.length === 0 && <p class="soft">{t("teamLater")}</p>}
        </>
      )}
    </fieldset>
  );
}
