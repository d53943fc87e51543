import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { language } from "../i18n/i18n";
import { SignInForm } from "../signin/form";
import { NewPassword } from "../signin/newpassword";
import { t as tSignIn } from "../signin/text";
import { who } from "../state/session";
import { tell } from "../state/store";
import { Skeleton } from "../ui/skeleton";
import { Name } from "../ui/name";
import { formatAgo, formatExact } from "../units/format";
import { readAgent } from "./agent";
import { endOne, endOthers, sessions, type Session } from "./client";
import { t } from "./text";

function agentText(s: Session): string {
  const { browser, system } = readAgent(s.agent);
  if (browser === "") return system === "" ? t("someBrowser") : system;
  return system === "" ? browser : t("browserOn", { browser, system });
}

function Entry({ of: s, onEnd }: { of: Session; onEnd: () => void }): JSX.Element {
  const agent = agentText(s);
  return (
    <li class="card session">
      <p>
        <strong>{agent}</strong> {s.here && <span class="tag">{t("thisOne")}</span>}
      </p>
      <p class="soft">
        {t("signedIn", { at: formatExact(Date.parse(s.created_at), language.value) })}
        {!s.here && ` · ${t("lastSeen", { ago: formatAgo(Date.parse(s.seen_at), Date.now(), language.value) })}`}
      </p>
      {!s.here && (
        <button type="button" class="button" aria-label={t("endOf", { agent })} onClick={onEnd}>
          {t("end")}
        </button>
      )}
    </li>
  );
}

/** Where one is signed in, and an end to it. */
function Sessions(): JSX.Element {
  const list = useSignal<Session[] | null>(null);
  const failed = useSignal(false);
  const ask = () => {
    failed.value = false;
    sessions().then(
      (s) => (list.value = s),
      () => (failed.value = true),
    );
  };
  useEffect(ask, []);
  const end = async (how: () => Promise<number>) => {
    try {
      tell(t("ended", { n: await how() }));
    } catch {
      failed.value = true;
    }
    ask();
  };
  const others = list.value?.filter((s) => !s.here) ?? [];
  return (
    <section aria-labelledby="sessions-title">
      <h2 id="sessions-title">{t("sessions")}</h2>
      <p class="soft">{t("sessionsHelp")}</p>
      {failed.value && (
        <p class="signin-fault" role="alert">
          {t("failed")}{" "}
          <button type="button" class="button" onClick={ask}>
            {t("again")}
          </button>
        </p>
      )}
      {list.value === null ? (
        !failed.value && <Skeleton says={t("loading")} lines="wide wide" />
      ) : (
        <ul class="sessions" role="list">
          {list.value.map((s) => (
            <Entry key={s.id} of={s} onEnd={() => void end(async () => (await endOne(s.id), 1))} />
          ))}
        </ul>
      )}
      {list.value !== null && others.length === 0 && <p class="soft">{t("onlyHere")}</p>}
      {others.length > 1 && (
        <button type="button" class="button" onClick={() => void end(endOthers)}>
          {t("endOthers")}
        </button>
      )}
    </section>
  );
}

/** The page about one's own account: what one is here, password, and where one is signed in. */
export function AccountScreen(): JSX.Element {
  const me = who.value;
  const changed = useSignal(0);
  if (me === undefined) return <div class="account"><Skeleton says={t("loading")} lines="wide tall" /></div>;
  if (me === null) {
    return (
      <div class="account">
        <h1>{t("title")}</h1>
        <SignInForm why={t("signInHelp")} onDone={() => undefined} />
      </div>
    );
  }
  const where = me.scope.all ? t("everywhere") : me.scope.areas.length === 0 ? t("nowhere") : me.scope.areas.join(language.value === "zh" ? "、" : ", ");
  return (
    <div class="account">
      <h1>
        <Name of={me.person?.name ?? me.name} />
      </h1>
      <dl class="account-facts">
        <dt>{tSignIn("login")}</dt>
        <dd>{me.name}</dd>
        <dt>{t("roleIs")}</dt>
        <dd>{t(`role_${me.role}`)}</dd>
        <dt>{t("where")}</dt>
        <dd>{where}</dd>
      </dl>
      <div class="account-columns">
        <NewPassword
          key={changed.value}
          reset={null}
          why={tSignIn("changeWhy")}
          onDone={() => {
            tell(tSignIn("passwordSet"));
            changed.value++;
          }}
        />
        <Sessions key={changed.value} />
      </div>
    </div>
  );
}
