import type { JSX } from "preact";
import { askWho, type Who } from "../api/session";
import { who } from "../state/session";
import { goTo, linkTo, params, problem, tell } from "../state/store";
import { Name } from "../ui/name";
import { SignInForm } from "./form";
import { NewPassword } from "./newpassword";
import { t } from "./text";

/** Goes back to where one came from, or to what one may do. */
function goOn(me: Who): void {
  if (me.must_change === true) return; // the page asks for a password of the own first
  const { next } = params.peek();
  if (next?.startsWith("#") === true) location.replace(next);
  else goTo({ view: me.actions.includes("act_on_reports") ? "field" : "map", params: {}, camera: null, selection: null });
}

async function leave(): Promise<void> {
  await import("../offline/leave").then((m) => m.leave()).catch(() => (problem.value = { trouble: "away", retry: null }));
}

/** Goes on as somebody whose password is the own one now. */
async function passwordChanged(): Promise<void> {
  tell(t("passwordSet"));
  const me = await askWho().catch(() => null);
  if (me === null) return;
  who.value = me;
  goOn(me);
}

/** The page for signing in. */
export function SignInScreen(): JSX.Element {
  const me = who.value;
  const { reset, oidc } = params.value;
  if (reset !== undefined) {
    return (
      <div class="signin-page">
        <NewPassword
          reset={reset}
          why={t("resetWhy")}
          onDone={() => {
            tell(t("passwordSet"));
            // The secret is used up, and is to be in no history.
            location.replace(linkTo({ view: "signin", params: {} }));
          }}
        />
      </div>
    );
  }
  const told = oidc === "pending" || oidc === "disabled" || oidc === "refused" || oidc === "failed" ? oidc : null;
  return (
    <div class="signin-page">
      {told !== null && me == null && (
        <p class="signin-fault signin-told" role="alert">
          {t(`oidc_${told}`)}
        </p>
      )}
      {me?.must_change === true ? (
        <NewPassword reset={null} why={t("mustChange")} onDone={() => void passwordChanged()} />
      ) : me === null || me === undefined ? (
        <SignInForm why={t("purpose")} onDone={goOn} />
      ) : (
        <div class="signin card">
          <h1>{t("title")}</h1>
          <p>
            <Name of={t("already", { name: me.person?.name ?? me.name })} />
          </p>
          {me.actions.includes("act_on_reports") && (
            <a class="button primary wide" href={linkTo({ view: "field", params: {}, camera: null, selection: null })}>
              {t("goOn")}
            </a>
          )}
          <button type="button" class="button wide" onClick={() => void leave()}>
            {t("out")}
          </button>
        </div>
      )}
      <p class="signin-back">
        <a href={linkTo({ view: "map", params: {} })}>{t("toMap")}</a>
      </p>
    </div>
  );
}
