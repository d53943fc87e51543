import type { Page } from "@playwright/test";
import { expect, share, test, withoutMap } from "./app";
import { violations } from "./axe";

interface Items {
  numberMatched: number;
  features: { id: string; properties: { name: string } }[];
}

async function items(page: Page, query: string): Promise<Items> {
  const answer = await page.request.get(`/ogc/collections/grids/items?f=json&${query}`);
  expect(answer.status()).toBe(200);
  return (await answer.json()) as Items;
}

/** Whether a colour is that of the lines that features are drawn in, rgb(11, 107, 203), or that of their paler rims. */
const drawn = (r: number, g: number, b: number): boolean => r < 110 && Math.abs(g - 107) < 60 && b > 160;

test("a page of features draws them, says what is clicked, and leads to the next", async ({ page }) => {
  const first = await items(page, "limit=5");
  await page.goto("/ogc/collections/grids/items?limit=5");
  await expect(page).toHaveTitle(/^网格：要素/);
  await expect(page.locator("#map")).toHaveAttribute("data-drawn", "5");
  await expect.poll(() => share(page, page.locator("#map canvas"), drawn), { timeout: 25_000 }).toBeGreaterThan(0.0005);
  await expect(page.getByText(`共 ${first.numberMatched} 个要素`)).toBeVisible();
  for (const f of first.features) await expect(page.getByRole("row", { name: f.properties.name })).toBeVisible();

  await page.getByRole("link", { name: "下一页" }).first().click();
  const ids = await page.getByRole("rowheader").allTextContents();
  expect(ids).toHaveLength(5);
  expect(ids.filter((id) => first.features.some((f) => f.id === id))).toEqual([]);

  const [id] = ids;
  await page.getByRole("rowheader").first().getByRole("link").click();
  await expect(page).toHaveURL(new RegExp(`/ogc/collections/grids/items/${id ?? ""}$`));
  await expect(page.locator("#map")).toHaveAttribute("data-drawn", "1");
  const map = page.locator("#map canvas");
  const name = (await page.getByRole("heading", { level: 1 }).textContent())?.split(" ")[0] ?? "";
  // The map is fitted to the grid, but its middle may lie beside it.
  const box = await map.boundingBox();
  for (const [x, y] of [[0.5, 0.5], [0.45, 0.4], [0.55, 0.6], [0.5, 0.3], [0.5, 0.7]] as const) {
    await map.click({ position: { x: x * (box?.width ?? 0), y: y * (box?.height ?? 0) } });
    if (await page.locator(".maplibregl-popup").isVisible()) break;
  }
  await expect(page.locator(".maplibregl-popup strong")).toHaveText(name);
  expect(await violations(page, "#map")).toEqual([]);
});

test("the form asks for less, and leaves out what is empty", async ({ page }) => {
  const { features } = await items(page, "limit=1&sortby=-code");
  const name = features[0]?.properties.name ?? "";
  await page.goto("/ogc/collections/grids/items");
  await page.getByText("筛选", { exact: true }).click();
  await page.getByLabel("名称 name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "取地图当前范围" }).click();
  await expect(page.getByLabel(/bbox/)).toHaveValue(/^-?\d+\.\d+(,-?\d+\.\d+){3}$/);
  await page.getByLabel(/bbox/).fill("");
  await page.getByRole("button", { name: "查询" }).click();
  await expect(page.getByRole("rowheader")).toHaveText([features[0]?.id ?? ""]);
  expect([...new URL(page.url()).searchParams.keys()].sort()).toEqual(["limit", "name"]);
  await expect(page.getByLabel("名称 name", { exact: true })).toHaveValue(name);
});

test("nothing is wrong with the pages by axe, in light and dark, and they fit a phone", async ({ page, context }) => {
  await withoutMap(context);
  for (const path of ["/ogc/collections/reports/items?status=closed&limit=2", "/ogc/collections/grids", "/api/v1/docs", "/api/v1/docs/reports", "/ogc/tiles"]) {
    await page.goto(path);
    expect(await violations(page), path).toEqual([]);
  }
  await expect(page.getByText("此浏览器不能显示地图")).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/ogc", "/ogc/api", "/api/v1/docs", "/api/v1/docs/reports", "/ogc/collections", "/ogc/collections/reports/items", "/ogc/tileMatrixSets/WebMercatorQuad"]) {
    await page.goto(path);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(390);
  }
});
