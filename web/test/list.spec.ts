import type { Page } from "@playwright/test";
import { expect, openMap, panelOf, present, test } from "./app";

/** Makes the browser one without WebGL. */
async function withoutWebGL(page: Page): Promise<void> {
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
}

async function chiefOf(page: Page, grid: string): Promise<string> {
  const answer = await page.request.get(`/api/v1/areas/grid/${grid}`);
  const { properties } = (await answer.json()) as { properties: { staffing: { post: string; name?: string }[] } };
  return present(properties.staffing.find((s) => s.post === "grid_chief")?.name, "chief");
}

test("a browser without WebGL gets the list, down to who answers", async ({ page }) => {
  await withoutWebGL(page);
  await page.goto("/");
  await expect(page.getByText("此浏览器不能绘制地图")).toBeVisible();
  await expect(page.locator("canvas")).toHaveCount(0);
  await page.getByRole("button", { name: "展开平湖街道" }).click();
  const grid = page.getByRole("link", { name: /平湖街道第02网格/ });
  await grid.click();
  const panel = panelOf(page);
  await expect(panel.getByRole("heading", { level: 2 })).toHaveText("平湖街道第02网格");
  await expect(panel).toContainText(await chiefOf(page, "220112002000002"));
  await expect(page).toHaveURL(/area=grid:220112002000002/);
});

test("the list's search opens an area without a map", async ({ page }) => {
  await withoutWebGL(page);
  await page.goto("/");
  await page.getByRole("combobox").fill("220112002000002");
  await page.getByRole("option").first().click();
  await expect(panelOf(page).getByRole("heading", { level: 2 })).toHaveText("平湖街道第02网格");
});

test("the list goes down to village groups", async ({ page }) => {
  await page.goto("/#view=list");
  await page.getByRole("button", { name: "展开平湖街道" }).click();
  await page.getByRole("button", { name: "展开林家村委会" }).click();
  await page.getByRole("link", { name: /林家村六组/ }).click();
  await expect(panelOf(page)).toContainText("屯委会主任");
  await panelOf(page).getByRole("link", { name: "在地图上查看" }).click();
  await expect(page.locator("canvas.maplibregl-canvas")).toBeVisible();
  await expect.poll(() => Number(/map=([\d.]+)/.exec(page.url())?.[1])).toBeGreaterThan(11);
});

test("by keyboard alone from the first key to who answers", async ({ page }) => {
  await openMap(page);
  await page.keyboard.press("Tab");
  const focused = page.locator(":focus");
  await expect(focused).toHaveText("以列表方式查看");
  await page.keyboard.press("Tab");
  await expect(focused).toHaveRole("combobox");
  await page.keyboard.type("平湖街道第02网格");
  await expect(page.getByRole("option").first()).toContainText("平湖街道第02网格");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(panelOf(page)).toContainText(await chiefOf(page, "220112002000002"));
});

test("by keyboard alone on the map: Enter looks up its middle", async ({ page }) => {
  await openMap(page, "#map=13.00/43.60000/125.70000");
  const map = page.getByRole("region", { name: /网格地图/ });
  for (let i = 0; i < 12 && !(await map.evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press("Tab");
  await expect(map).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(panelOf(page).getByRole("heading", { level: 2 })).toHaveText("平湖街道第02网格");
  await page.keyboard.press("ArrowRight");
  await expect(page).not.toHaveURL(/map=13\.00\/43\.60000\/125\.70000/);
});
