import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { language } from "../i18n/i18n";
import { useAsked } from "../plans/ask";
import { who } from "../state/session";
import { tell } from "../state/store";
import { Name } from "../ui/name";
import { formatExact } from "../units/format";
import { AreasField, Fault, Once, PersonField, RoleField, Shown, useDoing } from "./parts";
import { accounts, changeAccount, endSessionsOf, link, makeAccount, makeReset, pending, unlink, type Account, type Pending, type Reset, type Role } from "./client";
import { t } from "./text";

/** The link to a new password, which is said once. */
function ResetOnce({ of, login, onDone }: { of: Reset; login: string; onDone: () => void }): JSX.Element {
  return <Once says={t("resetSays", { login, at: formatExact(Date.parse(of.expires_at), language.value) })} secret={of.link} onDone={onDone} />;
}

/** The form for a new account. */
function NewAccountForm({ onMade }: { onMade: (a: Account) => void }): JSX.Element {
  const login = useSignal("");
  const name = useSignal("");
  const role = useSignal<Role>("officer");
  const areas = useSignal<string[]>([]);
  const person = useSignal<{ id: string; name?: string } | null>(null);
  const doing = useDoing();
  const send = () =>
    doing.run(async () => {
      onMade(
        await makeAccount({
          login: login.value.trim(),
          name: name.value.trim() === "" ? login.value.trim() : name.value.trim(),
          role: role.value,
          areas: areas.value,
          ...(person.value === null ? {} : { person: person.value.id }),
        }),
      );
    });
  return (
    <form
      class="admin-form card"
      aria-labelledby="new-account"
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      <h3 id="new-account">{t("newAccount")}</h3>
      <div class="admin-grid">
        <div class="admin-field">
          <label class="field-label" for="new-login">
            {t("login")}
          </label>
          <input id="new-login" class="text-field" required maxLength={64} autocomplete="off" autocapitalize="none" spellcheck={false} value={login.value} onInput={(e) => (login.value = e.currentTarget.value)} />
        </div>
        <div class="admin-field">
          <label class="field-label" for="new-name">
            {t("name")}
          </label>
          <input id="new-name" class="text-field" maxLength={100} autocomplete="off" value={name.value} onInput={(e) => (name.value = e.currentTarget.value)} />
        </div>
        <RoleField id="new-role" role={role} />
        {role.value === "officer" && <PersonField id="new-person" person={person} />}
        <AreasField id="new-areas" areas={areas} hint={t(role.value === "officer" ? "areasOfficer" : "areasHint")} />
      </div>
      <Fault text={doing.fault} />
      <button type="submit" class="button primary" aria-disabled={doing.busy}>
        {t("makeAccount")}
      </button>
    </form>
  );
}

/** What of an account can be changed, once it is opened. */
function AccountForm({ of: a, waiting, onChanged, onReset }: { of: Account; waiting: Pending[]; onChanged: () => void; onReset: (r: Reset) => void }): JSX.Element {
  const name = useSignal(a.name);
  const role = useSignal<Role>(a.role);
  const areas = useSignal(a.areas);
  const person = useSignal<{ id: string; name?: string } | null>(a.person ?? null);
  const chosen = useSignal("");
  const doing = useDoing();
  const id = `account-${a.id}`;
  const run = (what: () => Promise<void>) => void doing.run(async () => (await what(), onChanged()));
  const save = () =>
    run(async () => {
      await changeAccount(a.id, {
        name: name.value.trim(),
        role: role.value,
        areas: areas.value,
        ...(person.value?.id === a.person?.id ? {} : { person: person.value?.id ?? null }),
      });
      tell(t("saved"));
    });
  return (
    <form
      class="admin-form"
      onSubmit={(e) => {
        e.preventDefault();
        save();
      }}
    >
      <div class="admin-grid">
        <div class="admin-field">
          <label class="field-label" for={`${id}-name`}>
            {t("name")}
          </label>
          <input id={`${id}-name`} class="text-field" maxLength={100} value={name.value} onInput={(e) => (name.value = e.currentTarget.value)} />
        </div>
        <RoleField id={`${id}-role`} role={role} />
        {(role.value === "officer" || person.value !== null) && <PersonField id={`${id}-person`} person={person} />}
        <AreasField id={`${id}-areas`} areas={areas} hint={t(role.value === "officer" ? "areasOfficer" : "areasHint")} />
      </div>
      {a.identity !== undefined ? (
        <p class="soft">
          {t("linkedWith", { issuer: a.identity.issuer })}{" "}
          <button type="button" class="button" onClick={() => run(() => unlink(a.id))}>
            {t("unlink")}
          </button>
        </p>
      ) : (
        waiting.length > 0 && (
          <p class="admin-row">
            <label for={`${id}-identity`}>{t("linkTo")}</label>
            <select id={`${id}-identity`} class="text-field admin-choice" value={chosen.value} onChange={(e) => (chosen.value = e.currentTarget.value)}>
              <option value="">{t("nobody")}</option>
              {waiting.map((p) => (
                <option key={p.id} value={p.id}>
                  {[p.name, p.username].filter(Boolean).join(" · ") || p.subject}
                </option>
              ))}
            </select>
            <button type="button" class="button" disabled={chosen.value === ""} onClick={() => run(() => link(a.id, chosen.value))}>
              {t("link")}
            </button>
          </p>
        )
      )}
      <Fault text={doing.fault} />
      <p class="admin-row">
        <button type="submit" class="button primary" aria-disabled={doing.busy}>
          {t("save")}
        </button>
        <button type="button" class="button" onClick={() => void doing.run(async () => onReset(await makeReset(a.id)))}>
          {t("makeReset")}
        </button>
        <button type="button" class="button" onClick={() => run(async () => tell(t("ended", { n: await endSessionsOf(a.id) })))}>
          {t("endSessions")}
        </button>
        <button type="button" class="button" onClick={() => run(async () => void (await changeAccount(a.id, { disabled: !a.disabled })))}>
          {t(a.disabled ? "enable" : "disable")}
        </button>
      </p>
    </form>
  );
}

function Entry({ of: a, waiting, onChanged }: { of: Account; waiting: Pending[]; onChanged: () => void }): JSX.Element {
  const open = useSignal(false);
  const reset = useSignal<Reset | null>(null);
  const locked = a.locked_until !== undefined && Date.parse(a.locked_until) > Date.now();
  return (
    <li class={a.disabled ? "admin-entry card ended" : "admin-entry card"}>
      <details open={open.value} onToggle={(e) => (open.value = e.currentTarget.open)}>
        <summary>
          <span class="admin-name">{a.login}</span>
          {a.name !== a.login && <Name of={a.name} />}
          <span class="tag">{t(`role_${a.role}`)}</span>
          {a.person?.name !== undefined && (
            <span class="soft">
              <Name of={a.person.name} />
            </span>
          )}
          {a.areas.length > 0 && <span class="soft">{t("areasCount", { n: a.areas.length })}</span>}
          {a.disabled && <span class="tag alarm">{t("disabled")}</span>}
          {locked && <span class="tag alarm">{t("locked")}</span>}
          {!a.has_password && a.identity === undefined && <span class="tag">{t("noPassword")}</span>}
          {a.id === who.value?.id && <span class="tag">{t("you")}</span>}
        </summary>
        {open.value && <AccountForm of={a} waiting={waiting} onChanged={onChanged} onReset={(r) => (reset.value = r)} />}
      </details>
      {reset.value !== null && <ResetOnce of={reset.value} login={a.login} onDone={() => (reset.value = null)} />}
    </li>
  );
}

/** Who can sign in. */
export function Accounts(): JSX.Element {
  const list = useAsked("accounts", accounts);
  const waiting = useAsked("pending", pending);
  const adding = useSignal(false);
  const made = useSignal<Account | null>(null);
  const wanted = useSignal("");
  const q = wanted.value.trim().toLowerCase();
  return (
    <section aria-labelledby="accounts-title">
      <h2 id="accounts-title">{t("page_accounts")}</h2>
      {made.value?.reset !== undefined && <ResetOnce of={made.value.reset} login={made.value.login} onDone={() => (made.value = null)} />}
      {adding.value ? (
        <NewAccountForm
          onMade={(a) => {
            made.value = a;
            adding.value = false;
            list.again();
          }}
        />
      ) : (
        <p class="admin-row">
          <button type="button" class="button primary" onClick={() => (adding.value = true)}>
            {t("newAccount")}
          </button>
          <input class="text-field admin-find" type="search" aria-label={t("findAccount")} placeholder={t("findAccount")} value={wanted.value} onInput={(e) => (wanted.value = e.currentTarget.value)} />
        </p>
      )}
      {(waiting.value ?? []).length > 0 && <p class="admin-note">{t("waitingCount", { n: waiting.value?.length ?? 0 })}</p>}
      <Shown of={list}>
        {(all) => (
          <ul class="admin-list" role="list">
            {all
              .filter((a) => q === "" || [a.login, a.name, a.person?.name ?? ""].some((s) => s.toLowerCase().includes(q)))
              .map((a) => (
                <Entry
                  key={a.id}
                  of={a}
                  waiting={waiting.value ?? []}
                  onChanged={() => {
                    list.again();
                    waiting.again();
                  }}
                />
              ))}
          </ul>
        )}
      </Shown>
    </section>
  );
}
