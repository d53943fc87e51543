import { render } from "preact";
import { app } from "../state/app";
import { addressFor } from "./address";
import { QrCode } from "./qrcode";
import { t } from "./text";

/** Puts the address of the view on every sheet that is printed, where others can reach it. */
export function printAddress(): void {
  let place: HTMLElement | null = null;
  addEventListener("beforeprint", () => {
    const { url, reachable } = addressFor(location.href, app.peek()?.public_url ?? null);
    const corner = document.querySelector(".corner");
    if (!reachable || corner === null || place !== null) return;
    place = document.createElement("div");
    place.className = "print-qr";
    render(<QrCode text={url} label={t("code")} />, place);
    corner.append(place);
  });
  addEventListener("afterprint", () => {
    place?.remove();
    place = null;
  });
}
