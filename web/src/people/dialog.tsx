import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import { changeRoster, type Outcome, type RosterChange } from "../api/people";
import { tell } from "../state/store";
import { asking, changesOf, formOf, type Asking } from "./asking";
import { Consequences } from "./consequences";
import { Fields } from "./fields";
import { refresh, zone } from "./state";
import { t } from "./text";
import { aboutText, doText, doneText, titleText } from "./deeds";
import { refusal } from "./words";

/** Finds out what changes would make, a little after they were last altered. */
function useForecast(changes: RosterChange[] | null, version: number): { outcome: Outcome | null; fault: string | null; asks: boolean } {
  const state = useSignal<{ key: string; outcome: Outcome | null; fault: string | null }>({ key: "", outcome: null, fault: null });
  const key = JSON.stringify(changes);
  useEffect(() => {
    if (changes === null) return;
    const stop = new AbortController();
    const soon = setTimeout(() => {
      changeRoster(changes, version, true, stop.signal).then(
        (outcome) => (state.value = { key, outcome, fault: null }),
        (e: unknown) => {
          if (!stop.signal.aborted) state.value = { key, outcome: null, fault: refusal(e) };
        },
      );
    }, 250);
    return () => {
      clearTimeout(soon);
      stop.abort();
    };
  }, [key]);
  const s = state.value;
  return s.key === key ? { outcome: s.outcome, fault: s.fault, asks: false } : { outcome: null, fault: null, asks: changes !== null };
}

function Question({ about }: { about: Asking }): JSX.Element {
  const form = useSignal(formOf(about));
  const sending = useSignal(false);
  const fault = useSignal<string | null>(null);
  const missing = useSignal(false);
  const changes = changesOf(about, form.value, zone.value);
  const forecast = useForecast(changes, about.version);
  const send = async () => {
    if (sending.value) return;
    if (changes === null) {
      missing.value = true;
      return;
    }
    sending.value = true;
    fault.value = null;
    try {
      const made = await changeRoster(changes, about.version, false);
      asking.value = null;
      tell(doneText(about, made));
      refresh();
    } catch (e) {
      fault.value = refusal(e);
      if (e instanceof ApiError && e.type === "duties-changed") refresh();
    } finally {
      sending.value = false;
    }
  };
  const wrong = fault.value ?? forecast.fault ?? (missing.value && changes === null ? t("missing") : null);
  return (
    <form
      class="confirm-form"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      <div class="confirm-body">
        <h2 id="change-title">{titleText(about)}</h2>
        <p id="change-about" class="confirm-about">
          {aboutText(about)}
        </p>
        <Fields about={about} form={form} />
      </div>
      <div class="confirm-after">
        <div class="forecast" aria-live="polite" aria-busy={forecast.asks}>
          {forecast.outcome !== null ? <Consequences about={about} form={form.value} of={forecast.outcome} /> : forecast.asks && <p class="soft">{t("forecasting")}</p>}
        </div>
        <div role="alert">{wrong !== null && <p class="confirm-fault">{wrong}</p>}</div>
      </div>
      <div class="confirm-row">
        <button type="button" class="button" onClick={() => (asking.value = null)}>
          {t("cancel")}
        </button>
        <button type="submit" class="button primary" aria-disabled={sending.value}>
          {sending.value ? t("saving") : doText(about)}
        </button>
      </div>
    </form>
  );
}

/** Asks for what a change needs, and says beforehand what it will make; at the foot of a phone, in the middle of a desk. */
export function ChangeDialog(): JSX.Element | null {
  const box = useRef<HTMLDialogElement>(null);
  const about = asking.value;
  const open = about !== null;
  useEffect(() => {
    const dialog = box.current;
    if (!open || dialog === null) return;
    const before = document.activeElement;
    dialog.showModal();
    dialog.querySelector<HTMLElement>("input[type=search], input[type=text], input:not([type=radio]), button[type=submit]")?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [open]);
  if (about === null) return null;
  return (
    <dialog
      ref={box}
      class="confirm people-change card"
      aria-labelledby="change-title"
      aria-describedby="change-about"
      onCancel={(e) => {
        e.preventDefault();
        asking.value = null;
      }}
      onKeyDown={(e) => e.stopPropagation()}
    >
      <Question about={about} />
    </dialog>
  );
}
