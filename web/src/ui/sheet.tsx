import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX, RefObject } from "preact";
import { t } from "../i18n/i18n";
import { Icon } from "./icons";
import { Name } from "./name";

/** What a sheet is about and how it is closed. */
export interface SheetProps {
  /** What the sheet is, for those who hear the page. */
  label: string;
  /** The line above the heading. */
  above?: string;
  /** The heading; null while it is awaited. */
  title: string | null;
  titleRef?: RefObject<HTMLHeadingElement | null>;
  busy?: boolean;
  /** What is shown is no longer what was asked for. */
  old?: boolean;
  /** Closes the sheet; without it there is no way to. */
  onClose?: () => void;
  /** A row at the foot that stays while the rest scrolls: what is to be done. */
  foot?: ComponentChildren;
  /** Classes of its own. */
  kind?: string;
  children: ComponentChildren;
}

/** The card beside the map, or the sheet under it on a phone. */
export function Sheet(p: SheetProps): JSX.Element {
  const large = useSignal(false);
  const { onClose } = p;
  return (
    <aside class={`panel card${large.value ? " large" : ""} ${p.kind ?? ""}`} aria-label={p.label} aria-busy={p.busy === true} onKeyDown={(e) => { if (e.key === "Escape") onClose?.(); }}>
      <header class="panel-head">
        <div class="panel-title" aria-live="polite">
          {p.title !== null && (
            <>
              {p.above !== undefined && <p class="above">{p.above}</p>}
              <h2 {...(p.titleRef === undefined ? {} : { ref: p.titleRef })} tabIndex={-1} class={p.title.length > 20 ? "long" : ""}>
                <Name of={p.title} />
              </h2>
            </>
          )}
        </div>
        <button type="button" class="icon-button resize" aria-label={t(large.value ? "smaller" : "larger")} aria-expanded={large.value} onClick={() => (large.value = !large.value)}>
          <Icon name={large.value ? "down" : "up"} />
        </button>
        {onClose !== undefined && (
          <button type="button" class="icon-button" aria-label={t("close")} title={t("close")} onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </header>
      <div class={`panel-body${p.old === true ? " old" : ""}`} tabIndex={0} role="group" aria-label={p.label}>
        {p.children}
      </div>
      {p.foot !== undefined && <div class="panel-foot">{p.foot}</div>}
    </aside>
  );
}
