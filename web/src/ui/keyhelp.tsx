import { signal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t as common } from "../i18n/i18n";
import { Icon } from "./icons";

/** The list of a screen's keys, and what opens it. */
export interface KeyHelp {
  shown: Signal<boolean>;
  Dialog: () => JSX.Element | null;
  Button: () => JSX.Element;
}

/** Makes the list of a screen's keys: each key with what it does, asked for when it is shown. */
export function keyHelp(title: () => string, keys: () => readonly (readonly [key: string, says: string])[]): KeyHelp {
  const shown = signal(false);

  function Dialog(): JSX.Element | null {
    const box = useRef<HTMLDialogElement>(null);
    const open = shown.value;
    useEffect(() => {
      if (open) box.current?.showModal();
    }, [open]);
    if (!open) return null;
    return (
      <dialog ref={box} class="confirm card keys" aria-labelledby="keys-title" onClose={() => (shown.value = false)} onKeyDown={(e) => e.stopPropagation()}>
        <div class="keys-head">
          <h2 id="keys-title">{title()}</h2>
          <button type="button" class="icon-button" aria-label={common("close")} onClick={() => box.current?.close()}>
            <Icon name="close" />
          </button>
        </div>
        <dl>
          {keys().map(([key, says]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{says}</dd>
            </div>
          ))}
        </dl>
      </dialog>
    );
  }

  /** For those who do not know that there are keys. */
  function Button(): JSX.Element {
    return (
      <button type="button" class="icon-button key-button" aria-label={title()} title={title()} onClick={() => (shown.value = true)}>
        <kbd>?</kbd>
      </button>
    );
  }

  return { shown, Dialog, Button };
}
