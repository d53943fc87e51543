import type { Page } from "@playwright/test";
import { expect, locate, openMap, panelOf, present, share, test } from "./app";

// A second server, with an outside base map of one colour that does as it is told.
const source = process.env.GRIDPATROL_TEST_BASEMAP_SOURCE ?? "";
test.use({ baseURL: process.env.GRIDPATROL_TEST_BASEMAP_URL ?? "" });

const lon = 125.7;
const lat = 43.6;
const at = (zoom: number): string => `#map=${zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}`;

async function tell(page: Page, mode: "ok" | "hang" | "fail"): Promise<void> {
  expect((await page.request.post(`${source}/${mode}`)).status()).toBe(200);
}

/** The colour of the base map, which nothing else on the map comes near. */
const outside = (r: number, g: number, b: number): boolean => r - g > 25 && b - g > 25;
/** The grey and dark lines of boundaries, and names. */
const drawn = (r: number, g: number, b: number): boolean => Math.max(r, g, b) - Math.min(r, g, b) < 24 && r < 200;

test("the base map lies under boundaries and names, says whose it is, and is switched off", async ({ page }) => {
  await tell(page, "ok");
  const map = await openMap(page, at(13));
  await expect.poll(() => share(page, map, outside)).toBeGreaterThan(0.6);
  await expect.poll(() => share(page, map, drawn)).toBeGreaterThan(0.005);
  const note = page.getByText("测试底图");
  await expect(note).toBeVisible();
  await expect(page.getByText("审图号：GS(0000)0000号")).toBeVisible();

  await page.emulateMedia({ colorScheme: "dark" });
  const bright = (r: number, g: number, b: number) => outside(r, g, b) && r > 160;
  await expect.poll(() => share(page, map, bright)).toBeLessThan(0.05);
  await page.getByRole("button", { name: "图层" }).click();
  await page.getByRole("checkbox", { name: "底图" }).uncheck();
  await expect.poll(() => share(page, map, outside)).toBeLessThan(0.001);
  await expect(note).toHaveCount(0);
  await expect(page).toHaveURL(/hide=basemap/);
  await page.getByRole("checkbox", { name: "底图" }).check();
  await expect.poll(() => share(page, map, outside)).toBeGreaterThan(0.5);
});

test("a base map that hangs disturbs nothing, and comes back by itself", async ({ page }) => {
  await tell(page, "hang");
  await holdsWithout(page, 14);
  await tell(page, "ok");
  const map = page.locator("canvas.maplibregl-canvas");
  await expect.poll(() => share(page, map, outside), { timeout: 20_000 }).toBeGreaterThan(0.3);
  await expect(page.getByText("底图暂无应答")).toHaveCount(0);
});

test("a base map that fails disturbs nothing", async ({ page }) => {
  await tell(page, "fail");
  await holdsWithout(page, 15);
});

/** The map does what it does without a base map, and says quietly that there is none. */
async function holdsWithout(page: Page, zoom: number): Promise<void> {
  const map = await openMap(page, at(zoom));
  const { areas } = await locate(page, lon, lat);
  await map.click();
  await expect(panelOf(page).getByRole("heading", { level: 2 })).toHaveText(present(areas.grid, "grid").name);
  await expect.poll(() => share(page, map, drawn)).toBeGreaterThan(0.002);
  await expect(page.getByText("底图暂无应答")).toBeVisible();
  await expect(page.getByRole("alert")).toBeEmpty();
  expect(await share(page, map, outside)).toBe(0);
}
