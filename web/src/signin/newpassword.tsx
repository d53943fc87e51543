import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import { changePassword, passwordLength, resetPassword } from "../account/client";
import { who } from "../state/session";
import { view } from "../state/store";
import { Secret } from "./secret";
import { t } from "./text";

type Fault = "away" | "busy" | "tooMany" | "wrongOld" | "short" | "gone" | "different" | "missingPassword";

/** Reads from an answer what was wrong with a password that was to be set. */
export function passwordFault(e: unknown): Fault {
  if (!(e instanceof ApiError)) return "away";
  if (e.problem?.status === 429) return "tooMany";
  if (e.type === "reset-invalid") return "gone";
  const [error] = e.problem?.errors ?? [];
  if (error?.pointer === "/old") return "wrongOld";
  if (error !== undefined) return "short";
  return e.trouble === "busy" ? "busy" : "away";
}

/**
 * Asks for a new password, twice. With `reset`, the secret of a link that an
 * administrator gave, it needs no old one.
 */
export function NewPassword({ reset, why, onDone }: { reset: string | null; why: string; onDone: () => void }): JSX.Element {
  const old = useRef<HTMLInputElement>(null);
  const first = useRef<HTMLInputElement>(null);
  const again = useRef<HTMLInputElement>(null);
  const busy = useSignal(false);
  const fault = useSignal<Fault | null>(null);
  useEffect(() => {
    // Among other things on a page, it would bring the keyboard up.
    if (view.peek() === "signin") (reset === null ? old : first).current?.focus();
  }, []);

  const send = async () => {
    const wanted = first.current?.value ?? "";
    if (wanted === "" || (reset === null && old.current?.value === "")) {
      fault.value = "missingPassword";
      return;
    }
    if (wanted !== again.current?.value) {
      fault.value = "different";
      again.current?.focus();
      return;
    }
    busy.value = true;
    fault.value = null;
    try {
      if (reset === null) await changePassword(old.current?.value ?? "", wanted);
      else await resetPassword(reset, wanted);
      onDone();
    } catch (e) {
      fault.value = passwordFault(e);
      (fault.value === "wrongOld" ? old : first).current?.focus();
    } finally {
      busy.value = false;
    }
  };

  return (
    <form
      class="signin card"
      aria-labelledby="new-password-title"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        if (!busy.value) void send();
      }}
    >
      <h2 id="new-password-title">{t("newTitle")}</h2>
      <p class="soft">{why}</p>
      {/* Password managers keep the new one under the name they see. */}
      <input class="visually-hidden" type="text" name="username" autocomplete="username" value={who.value?.name ?? ""} readOnly tabIndex={-1} aria-hidden="true" />
      {reset === null && <Secret id="old-password" label={t("oldPassword")} use="current-password" field={old} bad={fault.value === "wrongOld"} told="new-password-fault" />}
      <Secret id="new-password" label={t("newPassword")} use="new-password" field={first} bad={fault.value === "short"} told="new-password-fault" hint={t("newHint", { n: passwordLength.least })} />
      <Secret id="new-password-again" label={t("newAgain")} use="new-password" field={again} bad={fault.value === "different"} told="new-password-fault" />
      <div id="new-password-fault">
        {fault.value !== null && (
          <p class="signin-fault" role="alert">
            {t(fault.value, passwordLength)}
          </p>
        )}
      </div>
      <button type="submit" class="button primary wide" aria-disabled={busy.value}>
        {t(busy.value ? "setting" : "setPassword")}
      </button>
    </form>
  );
}
