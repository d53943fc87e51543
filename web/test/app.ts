import { test as base, expect, type BrowserContext, type Locator, type Page } from "@playwright/test";

export { expect };

/** A test during which the page may say no error, ask no other host, and be refused nothing by its policy. */
export const test = base.extend<{ faults: string[] }>({
  faults: [
    async ({ page, baseURL }, use) => {
      const faults: string[] = [];
      page.on("console", (m) => {
        // Playwright says so itself.
        if (m.text() === "Service Worker registration blocked by Playwright") return;
        if (m.type() === "error" || m.type() === "warning") faults.push(`console: ${m.text()} ${m.location().url}`);
      });
      page.on("pageerror", (e) => faults.push(`error: ${e.message}`));
      page.on("request", (r) => {
        const url = new URL(r.url());
        if (/^(https?|wss?):$/.test(url.protocol) && url.origin !== baseURL) faults.push(`asks another host: ${r.url()}`);
      });
      await use(faults);
      expect(faults, "faults of the page").toEqual([]);
    },
    { auto: true },
  ],
});

/** What the server says of a place. */
export interface Located {
  areas: Record<string, { code: string; name: string; name_en?: string } | null>;
  responsible: { post: string; area_kind: string; area_code: string; name?: string; phone?: string }[];
  boundary_distance_m: number;
}

export async function locate(page: Page, lon: number, lat: number): Promise<Located> {
  const answer = await page.request.get(`/api/v1/locate?lon=${lon}&lat=${lat}`);
  expect(answer.status()).toBe(200);
  return (await answer.json()) as Located;
}

/** Gives a named thing that has to be there. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`there is no ${what}`);
  return value;
}

/** Opens the map at an address and waits until it can be used. */
export async function openMap(page: Page, hash = ""): Promise<Locator> {
  await page.goto(`/${hash}`);
  const map = page.locator("canvas.maplibregl-canvas");
  await expect(map).toBeVisible();
  return map;
}

/** Takes the map away, which is drawn in software here: what is tested without it is tested sooner. */
export async function withoutMap(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const { getContext } = HTMLCanvasElement.prototype;
    Object.defineProperty(HTMLCanvasElement.prototype, "getContext", {
      value(this: HTMLCanvasElement, kind: string, ...how: []) {
        return kind.startsWith("webgl") ? null : getContext.call(this, kind, ...how);
      },
    });
  });
}

/**
 * Takes the network away from a context, or gives it back. A document that is
 * being left goes on for a moment without the driver, and so with a network, long
 * enough to send something: so those that are open lose their own way to it too.
 */
export async function setNetwork(context: BrowserContext, there: boolean): Promise<void> {
  if (there) await context.unroute("**/api/**");
  else await context.route("**/api/**", (route) => route.abort("internetdisconnected"));
  for (const page of context.pages()) {
    await page.evaluate((there) => {
      const w = window as typeof window & { fetchBefore?: typeof fetch };
      if (there) window.fetch = w.fetchBefore ?? window.fetch;
      else {
        w.fetchBefore = window.fetch;
        window.fetch = () => Promise.reject(new TypeError("Failed to fetch"));
      }
    }, there);
  }
  await context.setOffline(!there);
}

/** The card or sheet about the chosen place. */
export function panelOf(page: Page): Locator {
  return page.getByRole("complementary", { name: "位置详情" });
}

/** The share of a picture of something on the page whose pixels are of a kind, 0 to 1. */
export async function share(page: Page, of: Locator, kind: (r: number, g: number, b: number) => boolean): Promise<number> {
  const png = (await of.screenshot()).toString("base64");
  const pixels = await page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext("2d");
    context?.drawImage(picture, 0, 0);
    const seen: Record<string, number> = {};
    const { data = [] } = context?.getImageData(0, 0, picture.width, picture.height) ?? {};
    for (let i = 0; i < data.length; i += 4) {
      const colour = `${data[i]},${data[i + 1]},${data[i + 2]}`;
      seen[colour] = (seen[colour] ?? 0) + 1;
    }
    return Object.entries(seen);
  }, png);
  let all = 0;
  let counted = 0;
  for (const [colour, n] of pixels) {
    const [r = 0, g = 0, b = 0] = colour.split(",").map(Number);
    all += n;
    if (kind(r, g, b)) counted += n;
  }
  return counted / all;
}

/** Finds a place on the edge of a grid that another grid shares, with the names of both. */
export async function near(page: Page, grid: string): Promise<{ lon: number; lat: number; grids: string[] }> {
  const answer = await page.request.get(`/api/v1/areas/grid/${grid}`);
  const { geometry } = (await answer.json()) as { geometry: { coordinates: [number, number][][][] } };
  for (const [lon, lat] of present(geometry.coordinates[0]?.[0], "ring")) {
    const at = await page.request.get(`/api/v1/locate?lon=${lon}&lat=${lat}&accuracy_m=30`);
    const { candidates } = (await at.json()) as { candidates: { code: string }[] };
    if (candidates.length < 2) continue;
    const grids = await Promise.all(
      candidates.slice(0, 2).map(async ({ code }) => {
        const area = await page.request.get(`/api/v1/areas/grid/${code}`);
        return ((await area.json()) as { properties: { name: string } }).properties.name;
      }),
    );
    return { lon, lat, grids };
  }
  throw new Error(`grid ${grid} has no neighbour`);
}
