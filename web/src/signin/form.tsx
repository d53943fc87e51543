import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import type { Who } from "../api/session";
import { app } from "../state/app";
import { sessionEnded, signIn } from "../state/session";
import { Provider } from "./provider";
import { Secret } from "./secret";
import { t } from "./text";

type Fault = "wrong" | "tooMany" | "insecure" | "away" | "busy" | "missingLogin" | "missingPassword";

function faultOf(e: unknown): Fault {
  if (!(e instanceof ApiError)) return "away";
  if (e.type === "insecure-transport") return "insecure";
  if (e.problem?.status === 429) return "tooMany";
  if (e.type === "wrong-password") return "wrong";
  return e.trouble === "busy" ? "busy" : e.trouble === "away" ? "away" : "wrong";
}

/** The way out where the connection is not encrypted. */
function Insecure(): JSX.Element {
  const { public_url: url } = app.value ?? {};
  return (
    <div class="signin-fault" role="alert">
      <p>{t("insecure")}</p>
      <p>{url?.startsWith("https://") === true ? <a href={url.replace(/\/$/, "") + "/" + location.hash}>{t("insecureLink")}</a> : t("insecureWay")}</p>
    </div>
  );
}

/** Asks for login and password. `why` says what for, where somebody is sent here. */
export function SignInForm({ why, onDone }: { why: string; onDone: (me: Who) => void }): JSX.Element {
  const login = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const busy = useSignal(false);
  const fault = useSignal<Fault | null>(isSecureContext ? null : "insecure");
  useEffect(() => login.current?.focus(), []);

  const send = async () => {
    const name = login.current?.value.trim() ?? "";
    const secret = password.current?.value ?? "";
    if (name === "" || secret === "") {
      fault.value = name === "" ? "missingLogin" : "missingPassword";
      (name === "" ? login : password).current?.focus();
      return;
    }
    busy.value = true;
    fault.value = null;
    try {
      onDone(await signIn(name, secret));
    } catch (e) {
      fault.value = faultOf(e);
      if (fault.value === "wrong") {
        password.current?.focus();
        password.current?.select();
      }
    } finally {
      busy.value = false;
    }
  };

  const wrong = fault.value === "wrong";
  return (
    <form
      class="signin card"
      aria-labelledby="signin-title"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        if (!busy.value) void send();
      }}
    >
      <h1 id="signin-title">{t("title")}</h1>
      <p class={sessionEnded.value ? "signin-ended" : "soft"}>{sessionEnded.value ? t("ended") : why}</p>
      <label class="field-label" for="signin-login">
        {t("login")}
      </label>
      <input ref={login} id="signin-login" class="text-field" name="username" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck={false} enterkeyhint="next" aria-invalid={wrong || fault.value === "missingLogin"} aria-describedby="signin-fault" />
      <Secret id="signin-password" label={t("password")} use="current-password" field={password} bad={wrong || fault.value === "missingPassword"} told="signin-fault" />
      <div id="signin-fault">
        {fault.value === "insecure" ? (
          <Insecure />
        ) : (
          fault.value !== null && (
            <p class="signin-fault" role="alert">
              {t(fault.value)}
            </p>
          )
        )}
      </div>
      <button type="submit" class="button primary wide" aria-disabled={busy.value}>
        {t(busy.value ? "signingIn" : "submit")}
      </button>
      <Provider />
    </form>
  );
}
