import type { JSX } from "preact";
import type { Who } from "../api/session";
import { signOut, who } from "../state/session";
import { goTo, linkTo, params, problem } from "../state/store";
import { Name } from "../ui/name";
import { SignInForm } from "./form";
import { t } from "./text";

/** Goes back to where one came from, or to what one may do. */
function goOn(me: Who): void {
  const { next } = params.peek();
  if (next?.startsWith("#") === true) location.replace(next);
  else goTo({ view: me.actions.includes("act_on_reports") ? "field" : "map", params: {}, camera: null, selection: null });
}

async function leave(): Promise<void> {
  await signOut().catch(() => (problem.value = { trouble: "away", retry: null }));
}

/** The page for signing in. */
export function SignInScreen(): JSX.Element {
  const me = who.value;
  return (
    <div class="signin-page">
      {me === null || me === undefined ? (
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
