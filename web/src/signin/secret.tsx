import { useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { t } from "./text";

/** What a field for a password is for: browsers offer what fits. */
type Use = "current-password" | "new-password";

/** A field for a password, which can be shown. */
export function Secret({ id, label, use, field, bad, told, hint }: { id: string; label: string; use: Use; field: RefObject<HTMLInputElement | null>; bad: boolean; told: string; hint?: string }): JSX.Element {
  const shown = useSignal(false);
  return (
    <>
      <label class="field-label" for={id}>
        {label}
      </label>
      {hint !== undefined && (
        <p id={`${id}-hint`} class="soft">
          {hint}
        </p>
      )}
      <div class="password-row">
        <input
          ref={field}
          id={id}
          class="text-field"
          name={use === "current-password" ? "password" : id}
          {...(shown.value ? { type: "text" as const } : { type: "password" as const })}
          autocomplete={use}
          autocapitalize="none"
          spellcheck={false}
          enterkeyhint="go"
          aria-invalid={bad}
          aria-describedby={hint === undefined ? told : `${id}-hint ${told}`}
        />
        <button type="button" class="password-show" aria-pressed={shown.value} onClick={() => (shown.value = !shown.value)}>
          {t(shown.value ? "hide" : "show")}
        </button>
      </div>
    </>
  );
}
