import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { language } from "../i18n/i18n";
import { useAsked } from "../plans/ask";
import { Name } from "../ui/name";
import { formatAgo, formatExact } from "../units/format";
import { makeToken, revokeToken, rotateToken, tokens, type Role, type Token } from "./client";
import { AreasField, Fault, Once, RoleField, Shown, useDoing } from "./parts";
import { t } from "./text";

/** How long a token that is replaced goes on, in hours: a day to put the new one in its place. */
const keepHours = 24;

function NewTokenForm({ onMade }: { onMade: (made: Token) => void }): JSX.Element {
  const name = useSignal("");
  const role = useSignal<Role>("consumer");
  const areas = useSignal<string[]>([]);
  const until = useSignal("");
  const free = useSignal(false);
  const doing = useDoing();
  const send = () =>
    doing.run(async () => {
      const expires = until.value === "" ? {} : { expires_at: new Date(`${until.value}T23:59:59`).toISOString() };
      onMade(await makeToken({ name: name.value.trim(), role: role.value, areas: areas.value, ...expires, ...(free.value ? { no_rate_limit: true } : {}) }));
    });
  return (
    <form
      class="admin-form card"
      aria-labelledby="new-token"
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      <h3 id="new-token">{t("newToken")}</h3>
      <div class="admin-grid">
        <div class="admin-field">
          <label class="field-label" for="token-name">
            {t("tokenName")}
          </label>
          <input id="token-name" class="text-field" required maxLength={100} autocomplete="off" value={name.value} onInput={(e) => (name.value = e.currentTarget.value)} />
        </div>
        <div class="admin-field">
          <label class="field-label" for="token-until">
            {t("tokenUntil")}
          </label>
          <input id="token-until" class="text-field" type="date" value={until.value} onInput={(e) => (until.value = e.currentTarget.value)} />
        </div>
        <RoleField id="token-role" role={role} />
        <AreasField id="token-areas" areas={areas} hint={t("areasHint")} />
        <label class="admin-check">
          <input type="checkbox" checked={free.value} onChange={(e) => (free.value = e.currentTarget.checked)} />
          {t("tokenFree")}
        </label>
      </div>
      <Fault text={doing.fault} />
      <button type="submit" class="button primary" aria-disabled={doing.busy}>
        {t("makeToken")}
      </button>
    </form>
  );
}

function Entry({ of: k, onChanged, onMade }: { of: Token; onChanged: () => void; onMade: (made: Token) => void }): JSX.Element {
  const doing = useDoing();
  const sure = useSignal(false);
  const ago = (at: string) => formatAgo(Date.parse(at), Date.now(), language.value);
  return (
    <li class={k.state === "good" ? "admin-entry card" : "admin-entry card ended"}>
      <p class="admin-line">
        <span class="admin-name">
          <Name of={k.name} />
        </span>
        <span class="tag">{t(`role_${k.role}`)}</span>
        {k.areas.length > 0 && <span class="soft">{t("areasCount", { n: k.areas.length })}</span>}
        {k.state !== "good" && <span class="tag alarm">{t(`token_${k.state}`)}</span>}
        {k.no_rate_limit === true && <span class="tag">{t("tokenFree")}</span>}
        {k.successor !== undefined && <span class="tag">{t("replaced")}</span>}
      </p>
      <p class="soft">
        {t("madeAt", { at: formatExact(Date.parse(k.created_at), language.value) })}
        {k.made_by?.login !== undefined && ` · ${t("madeBy", { login: k.made_by.login })}`}
        {` · ${k.last_used_at === undefined ? t("neverUsed") : t("lastUsed", { ago: ago(k.last_used_at) })}`}
        {k.expires_at !== undefined && ` · ${t("expires", { at: formatExact(Date.parse(k.expires_at), language.value) })}`}
      </p>
      {k.state === "good" && (
        <p class="admin-row">
          {k.successor === undefined && (
            <button type="button" class="button" onClick={() => void doing.run(async () => onMade(await rotateToken(k.id, keepHours)))}>
              {t("rotate", { n: keepHours })}
            </button>
          )}
          {sure.value ? (
            <button type="button" class="button danger" onClick={() => void doing.run(async () => (await revokeToken(k.id), onChanged()))}>
              {t("revokeNow", { name: k.name })}
            </button>
          ) : (
            <button type="button" class="button" onClick={() => (sure.value = true)}>
              {t("revoke")}
            </button>
          )}
        </p>
      )}
      <Fault text={doing.fault} />
    </li>
  );
}

/** The keys of programs. */
export function Tokens(): JSX.Element {
  const list = useAsked("tokens", tokens);
  const adding = useSignal(false);
  const made = useSignal<Token | null>(null);
  const onMade = (k: Token) => {
    made.value = k;
    adding.value = false;
    list.again();
  };
  return (
    <section aria-labelledby="tokens-title">
      <h2 id="tokens-title">{t("page_tokens")}</h2>
      <p class="soft">{t("tokensHelp")}</p>
      {made.value?.token !== undefined && <Once says={t("tokenSays", { name: made.value.name })} secret={made.value.token} onDone={() => (made.value = null)} />}
      {adding.value ? (
        <NewTokenForm onMade={onMade} />
      ) : (
        <p class="admin-row">
          <button type="button" class="button primary" onClick={() => (adding.value = true)}>
            {t("newToken")}
          </button>
        </p>
      )}
      <Shown of={list}>
        {(all) =>
          all.length === 0 ? (
            <p class="soft">{t("noTokens")}</p>
          ) : (
            <ul class="admin-list" role="list">
              {all.map((k) => (
                <Entry key={k.id} of={k} onChanged={list.again} onMade={onMade} />
              ))}
            </ul>
          )
        }
      </Shown>
    </section>
  );
}
