import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { askCategories, categoryName } from "../case/category";
import { named } from "../case/text";
import { language } from "../i18n/i18n";
import { shortNumber } from "../report/number";
import { who } from "../state/session";
import { linkTo } from "../state/store";
import { Name } from "../ui/name";
import { formatExact, formatNumber } from "../units/format";
import { Fault, useDoing } from "./parts";
import { exportPersonal, findPersonal, type Erasure, type Found, type FoundAccount, type FoundContact, type FoundPerson, type Subject } from "./personalclient";
import { erasable, Erased, EraseForm, Erasures } from "./personalerase";
import { t } from "./text";

/** A search and what it found: what is done next is done to this subject, whatever the fields say by then. */
interface Result {
  subject: Subject;
  found: Found;
}

const number = (n: number): string => formatNumber(n, language.value);

/** Has the browser keep a file. */
function download(file: Blob, name: string): void {
  const a = document.createElement("a");
  a.href = URL.createObjectURL(file);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 60_000);
}

function PersonRow({ of: p, onOnly }: { of: FoundPerson; onOnly: (() => void) | null }): JSX.Element {
  return (
    <li class="admin-entry card">
      <p class="admin-line">
        <a class="admin-name" href={linkTo({ view: "people", params: { tab: "person", person: p.id }, selection: null })}>
          {p.erased ? t("personErased") : <Name of={p.name} />}
        </a>
        {p.phone !== "" && <span class="numbers">{p.phone}</span>}
        <span class="tag">{p.now ? t("seatsNow", { n: p.seats }) : t("notInRoster")}</span>
        {onOnly !== null && (
          <button type="button" class="button" onClick={onOnly}>
            {t("onlyPerson")}
          </button>
        )}
      </p>
    </li>
  );
}

function AccountRow({ of: a }: { of: FoundAccount }): JSX.Element {
  return (
    <li class="admin-entry card">
      <p class="admin-line">
        <a class="admin-name" href={linkTo({ params: { tab: "accounts" } })}>
          {a.login}
        </a>
        {a.name !== a.login && <Name of={a.name} />}
        <span class="tag">{t(`role_${a.role}`)}</span>
        {a.id === who.value?.id && <span class="tag">{t("you")}</span>}
        {a.disabled && <span class="tag alarm">{t("disabled")}</span>}
        {a.sessions > 0 && <span class="soft">{t("sessionsCount", { n: a.sessions })}</span>}
      </p>
    </li>
  );
}

function ContactRow({ of: c }: { of: FoundContact }): JSX.Element {
  return (
    <li class="admin-entry card">
      <p class="admin-line">
        <a class="admin-name numbers" href={linkTo({ view: "field", params: { report: c.report }, selection: null })}>
          {shortNumber(c.report)}
        </a>
        <span>{categoryName(c.category)}</span>
        <span class="tag">{named("status", c.status)}</span>
        <span>
          <Name of={c.name} /> <span class="numbers">{c.phone}</span>
        </span>
        <time class="soft numbers" dateTime={c.created_at}>
          {formatExact(Date.parse(c.created_at), language.value)}
        </time>
      </p>
    </li>
  );
}

function Group({ title, n, children }: { title: string; n: number; children: JSX.Element[] }): JSX.Element | null {
  if (n === 0) return null;
  return (
    <>
      <h3>
        {title} <span class="soft numbers">{number(n)}</span>
      </h3>
      <ul class="admin-list" role="list">
        {children}
      </ul>
    </>
  );
}

/** All that was found of somebody, and what can be done with it. */
function Results({ of: { subject, found }, onOnly, onErased }: { of: Result; onOnly: (p: FoundPerson) => void; onErased: (e: Erasure) => void }): JSX.Element {
  const doing = useDoing();
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), [found]);
  const { counts, searched } = found;
  const all = counts.people + counts.accounts + counts.contacts + counts.pending;
  return (
    <section class="personal-found" aria-labelledby="personal-found">
      <h2 id="personal-found" ref={head} tabIndex={-1}>
        {all === 0 ? t("nothingOf") : t("foundOf")}
      </h2>
      {found.erased[0] !== undefined && <p class="admin-note">{t("erasedBefore", { at: formatExact(Date.parse(found.erased[0].at), language.value) })}</p>}
      {searched.unreadable > 0 && <p class="admin-note">{t("unreadable", { n: number(searched.unreadable) })}</p>}
      <Group title={t("foundPeople")} n={counts.people}>
        {found.people.map((p) => (
          <PersonRow key={p.id} of={p} onOnly={"person" in subject ? null : () => onOnly(p)} />
        ))}
      </Group>
      <Group title={t("foundAccounts")} n={counts.accounts}>
        {found.accounts.map((a) => (
          <AccountRow key={a.id} of={a} />
        ))}
      </Group>
      <Group title={t("foundContacts")} n={counts.contacts}>
        {found.contacts.map((c) => (
          <ContactRow key={c.report} of={c} />
        ))}
      </Group>
      {counts.contacts > found.contacts.length && <p class="soft">{t("newestOnly", { n: number(found.contacts.length) })}</p>}
      {counts.tracks > 0 && <p>{t("foundTracks", { n: number(counts.tracks) })}</p>}
      {counts.pending > 0 && <p>{t("foundPending", { n: number(counts.pending) })}</p>}
      {counts.actions > 0 && <p class="soft">{t("foundActions", { n: number(counts.actions) })}</p>}
      {all > 0 && (
        <p class="admin-row">
          <button type="button" class="button primary" aria-disabled={doing.busy} onClick={() => void doing.run(async () => download(await exportPersonal(subject), "personal-data.json"))}>
            {t("exportAll")}
          </button>
          <span class="soft">{t("exportHint")}</span>
        </p>
      )}
      <Fault text={doing.fault} />
      {erasable(found) && <EraseForm subject={subject} found={found} onErased={onErased} />}
    </section>
  );
}

/** What there is of one person. Whom somebody looks for is never in the address. */
export function Personal(): JSX.Element {
  const phone = useSignal("");
  const name = useSignal("");
  const result = useSignal<Result | null>(null);
  const erased = useSignal<Erasure | null>(null);
  const doing = useDoing();
  useEffect(() => void askCategories(), []);
  const look = (subject: Subject) =>
    void doing.run(async () => {
      result.value = null;
      erased.value = null;
      result.value = { subject, found: await findPersonal(subject) };
    });
  const onErased = (e: Erasure) => {
    result.value = null;
    phone.value = "";
    name.value = "";
    erased.value = e;
  };
  const send = () => {
    const [tel, called] = [phone.value.trim(), name.value.trim()];
    look({ ...(tel === "" ? {} : { phone: tel }), ...(called === "" ? {} : { name: called }) });
  };
  return (
    <section aria-labelledby="personal-title">
      <h2 id="personal-title">{t("page_personal")}</h2>
      <p class="soft">{t("personalHelp")}</p>
      <form
        class="admin-form personal-search card"
        role="search"
        aria-labelledby="personal-title"
        onSubmit={(e) => {
          e.preventDefault();
          send();
        }}
      >
        <div class="admin-grid">
          <div class="admin-field">
            <label class="field-label" for="personal-phone">
              {t("phone")}
            </label>
            <input id="personal-phone" class="text-field" type="tel" maxLength={40} autocomplete="off" value={phone.value} onInput={(e) => (phone.value = e.currentTarget.value)} />
          </div>
          <div class="admin-field">
            <label class="field-label" for="personal-name">
              {t("personName")}
            </label>
            <input id="personal-name" class="text-field" maxLength={100} autocomplete="off" aria-describedby="personal-hint" value={name.value} onInput={(e) => (name.value = e.currentTarget.value)} />
          </div>
        </div>
        <p class="soft" id="personal-hint">
          {t("personalHint")}
        </p>
        <button type="submit" class="button primary" aria-disabled={doing.busy}>
          {t("look")}
        </button>
        <Fault text={doing.fault} />
      </form>
      {result.value !== null && <Results of={result.value} onOnly={(p) => look({ person: p.id })} onErased={onErased} />}
      {erased.value !== null && <Erased of={erased.value} />}
      <Erasures after={erased.value?.id ?? ""} />
    </section>
  );
}
