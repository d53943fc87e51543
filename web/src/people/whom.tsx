import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { findPeople, type Person } from "../api/people";
import type { Trouble } from "../api/client";
import { language, word } from "../i18n/i18n";
import { Name } from "../ui/name";
import type { Form } from "./asking";
import { troubleOf } from "./state";
import { t } from "./text";
import { areaNames, personName } from "./words";

/** How many people are offered. */
const most = 8;

/** What somebody does now, in a line. */
export function postsText(p: Person): string {
  const posts = p.posts ?? [];
  const first = posts.slice(0, 2).map((s) => `${areaNames(s.areas.slice(0, 1))} ${word(s.post)}`);
  const rest = posts.length - first.length;
  return [...first, ...(rest > 0 ? [t("morePosts", { n: rest })] : [])].join(language.value === "zh" ? "；" : "; ");
}

function Choices({ form, name }: { form: Signal<Form>; name: string }): JSX.Element {
  const found = useSignal<readonly Person[] | null>(null);
  const trouble = useSignal<Trouble | null>(null);
  const text = useSignal("");
  const q = text.value.trim();
  useEffect(() => {
    found.value = null;
    trouble.value = null;
    if (q === "") return;
    const stop = new AbortController();
    const soon = setTimeout(() => {
      findPeople(q, null, most + 1, stop.signal).then(
        (people) => (found.value = people),
        (e: unknown) => {
          if (!stop.signal.aborted) trouble.value = troubleOf(e);
        },
      );
    }, 200);
    return () => {
      clearTimeout(soon);
      stop.abort();
    };
  }, [q]);
  const chosen = form.value.person;
  const offered = [...(chosen === null ? [] : [chosen]), ...(found.value ?? []).slice(0, most).filter((p) => p.id !== chosen?.id)];
  return (
    <>
      <label class="field-label" for={`${name}-q`}>
        {t("findPerson")}
      </label>
      <input id={`${name}-q`} class="text-field" type="search" autocomplete="off" value={text.value} placeholder={t("findPersonHint")} onInput={(e) => (text.value = e.currentTarget.value)} />
      {offered.length > 0 && (
        <fieldset class="offered">
          <legend class="visually-hidden">{t("choosePerson")}</legend>
          {offered.map((p) => (
            <label key={p.id} class="offer">
              <input type="radio" name={name} checked={p.id === chosen?.id} onChange={() => (form.value = { ...form.value, person: p })} />
              <span>
                <Name of={personName(p)} /> <span class="soft numbers">{p.phone}</span>
                <span class="soft offer-posts">
                  <Name of={postsText(p)} />
                </span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <p class="soft" role="status">
        {trouble.value !== null ? t("away") : q === "" || found.value === null ? "" : found.value.length === 0 ? t("nobodyFound") : found.value.length > most ? t("moreFound", { n: most }) : ""}
      </p>
    </>
  );
}

/** The fields that say who: somebody of the roster, or somebody new. */
export function WhomFields({ form }: { form: Signal<Form> }): JSX.Element {
  const f = form.value;
  const put = (change: Partial<Form>) => (form.value = { ...form.value, ...change });
  return (
    <fieldset class="whom">
      <legend class="visually-hidden">{t("who")}</legend>
      <p class="people-choice">
        {[false, true].map((fresh) => (
          <label key={String(fresh)}>
            <input type="radio" name="fresh" checked={f.fresh === fresh} onChange={() => put({ fresh })} />
            <span>{t(fresh ? "newPerson" : "knownPerson")}</span>
          </label>
        ))}
      </p>
      {f.fresh ? (
        <>
          <label class="field-label" for="whom-name">
            {t("name")}
          </label>
          <input id="whom-name" class="text-field" type="text" maxLength={100} autocomplete="off" required value={f.name} onInput={(e) => put({ name: e.currentTarget.value })} />
          <label class="field-label" for="whom-phone">
            {t("phone")}
          </label>
          <input id="whom-phone" class="text-field" type="tel" maxLength={40} autocomplete="off" value={f.phone} onInput={(e) => put({ phone: e.currentTarget.value })} />
        </>
      ) : (
        <Choices form={form} name="whom" />
      )}
    </fieldset>
  );
}
