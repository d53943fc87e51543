import { test as base, expect, type Locator, type Page } from "@playwright/test";

export { expect };

/** A test during which the page may say no error, ask no other host, and be refused nothing by its policy. */
export const test = base.extend<{ faults: string[] }>({
  faults: [
    async ({ page, baseURL }, use) => {
      const faults: string[] = [];
      page.on("console", (m) => {
        if (m.type() === "error" || m.type() === "warning") faults.push(`console: ${m.text()}`);
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
