import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren, JSX, RefObject } from "preact";
import { t } from "../i18n/i18n";
import { useDrag } from "./drag";
import type { SheetHeight } from "./heights";
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
  /** A row under the heading that stays while the rest scrolls, and while the sheet is low. */
  under?: ComponentChildren;
  /** Buttons beside those of the sheet. */
  extra?: ComponentChildren;
  /** Classes of its own. */
  kind?: string;
  /** How high it stands on a phone, where others change that too. */
  height?: Signal<SheetHeight>;
  children: ComponentChildren;
}

/** The card beside the map, or the sheet under it on a phone, which is drawn up and down. */
export function Sheet(p: SheetProps): JSX.Element {
  const own = useSignal<SheetHeight>("half");
  const height = p.height ?? own;
  const sheet = useDrag(height);
  const full = height.value === "full";
  const { onClose } = p;
  return (
    <aside ref={sheet} class={`panel card ${height.value} ${p.kind ?? ""}`} aria-label={p.label} aria-busy={p.busy === true} onKeyDown={(e) => { if (e.key === "Escape") onClose?.(); }}>
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
        {p.extra}
        <button type="button" class="icon-button resize" aria-label={t(full ? "smaller" : "larger")} aria-expanded={full} onClick={() => (height.value = height.value === "half" ? "full" : "half")}>
          <Icon name={full ? "down" : "up"} />
        </button>
        {onClose !== undefined && (
          <button type="button" class="icon-button" aria-label={t("close")} title={t("close")} onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </header>
      {p.under !== undefined && <div class="panel-under">{p.under}</div>}
      <div class={`panel-body${p.old === true ? " old" : ""}`} tabIndex={0} role="group" aria-label={p.label}>
        {p.children}
      </div>
      {p.foot !== undefined && <div class="panel-foot">{p.foot}</div>}
    </aside>
  );
}
