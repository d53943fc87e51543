import jsQR from "jsqr";
import type { Locator, Page } from "@playwright/test";

/** Reads the QR code in a picture of something on the page, with another program than the one that drew it. */
export async function readQr(page: Page, of: Locator): Promise<string | null> {
  const png = (await of.screenshot()).toString("base64");
  const { width, height, grey } = await page.evaluate(async (text) => {
    const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], { type: "image/png" }));
    const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    context?.drawImage(picture, 0, 0);
    const { data = new Uint8ClampedArray() } = context?.getImageData(0, 0, picture.width, picture.height) ?? {};
    let grey = "";
    for (let i = 0; i < data.length; i += 4) grey += String.fromCharCode(((data[i] ?? 0) + (data[i + 1] ?? 0) + (data[i + 2] ?? 0)) / 3);
    return { width: picture.width, height: picture.height, grey: btoa(grey) };
  }, png);
  const pixels = Uint8ClampedArray.from([...Buffer.from(grey, "base64")].flatMap((v) => [v, v, v, 255]));
  return jsQR(pixels, width, height)?.data ?? null;
}
