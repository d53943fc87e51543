import { render, type JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t as common } from "../i18n/i18n";
import { app } from "../state/app";
import { params, tell } from "../state/store";
import { Icon } from "../ui/icons";
import { addressFor } from "./address";
import { QrCode } from "./qrcode";
import { t } from "./text";

/** Puts the text of a field on the clipboard; over plain http browsers offer the old way only. */
async function copy(field: HTMLInputElement): Promise<void> {
  field.select();
  if (isSecureContext) await navigator.clipboard.writeText(field.value);
  else document.execCommand("copy");
  tell(t("copied"));
}

/** Keeps the options of a command in one piece. */
function withOptions(text: string): (string | JSX.Element)[] {
  return text.split(/(--[a-z-]+(?: [\d.:]+)?)/).map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part));
}

function QrDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.showModal(), []);
  const { url, reachable } = addressFor(location.href, app.value?.public_url ?? null);
  const code = QrCode({ text: url, label: t("code") });
  return (
    <dialog
      class="qr-dialog"
      ref={box}
      aria-labelledby="qr-title"
      onClose={onClose}
      onClick={(e) => {
        if (e.target === e.currentTarget) box.current?.close();
      }}
    >
      <div class="qr-body">
        <header>
          <h2 id="qr-title">{t("title")}</h2>
          <button type="button" class="icon-button" aria-label={common("close")} onClick={() => box.current?.close()}>
            <Icon name="close" />
          </button>
        </header>
        <p>{reachable ? t("help") : withOptions(t("unreachable"))}</p>
        {code ?? <p>{t("failed")}</p>}
        {params.value.secret !== undefined && <p class="qr-secret">{t("secret")}</p>}
        <div class="qr-address">
          <input ref={field} type="text" readOnly aria-label={t("address")} value={url} onFocus={(e) => e.currentTarget.select()} />
          <button type="button" class="button" onClick={() => field.current !== null && void copy(field.current)}>
            {t("copy")}
          </button>
        </div>
      </div>
    </dialog>
  );
}

/** Shows the address of the page as it is now, for a phone to read. */
export function openQr(): void {
  const place = document.createElement("div");
  document.body.append(place);
  const close = () => {
    render(null, place);
    place.remove();
  };
  render(<QrDialog onClose={close} />, place);
}
