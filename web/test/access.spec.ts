import { expect, openMap, panelOf, test } from "./app";
import { violations } from "./axe";

const place = "#map=13.00/43.60000/125.70000&at=43.6,125.7";

test("axe finds nothing on the map with its panel and layers open", async ({ page }) => {
  await openMap(page, place);
  await expect(panelOf(page)).toContainText("网格长");
  await page.getByRole("button", { name: "图层" }).click();
  expect(await violations(page)).toEqual([]);
});

test("axe finds nothing in the search", async ({ page }) => {
  await openMap(page);
  await page.getByRole("combobox").fill("phjd");
  await expect(page.getByRole("option").first()).toBeVisible();
  await page.getByRole("combobox").press("ArrowDown");
  expect(await violations(page)).toEqual([]);
});

test("axe finds nothing in the list", async ({ page }) => {
  await page.goto("/#view=list&area=grid:220112002000002");
  await page.getByRole("button", { name: "展开平湖街道" }).click();
  await expect(page.getByRole("link", { name: /林家村委会/ })).toBeVisible();
  await expect(panelOf(page)).toContainText("网格长");
  expect(await violations(page)).toEqual([]);
});

test.describe("a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("a tap opens the sheet, which leaves the map in sight and can be closed", async ({ page }) => {
    const map = await openMap(page, "#map=13.00/43.60000/125.70000");
    await map.tap();
    const panel = panelOf(page);
    await expect(panel.getByRole("heading", { level: 2 })).toHaveText("平湖街道第02网格");
    const box = await panel.boundingBox();
    expect(box?.y).toBeGreaterThan(844 * 0.3);
    expect(box?.width).toBeGreaterThan(350);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll("button, nav a, .call")]
        .map((e) => ({ name: e.getAttribute("aria-label") ?? e.textContent, box: e.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && box.height > 0 && (box.width < 44 || box.height < 44))
        .map(({ name, box }) => `${name}: ${box.width} × ${box.height}`),
    );
    expect(small, "targets under 44 pixels").toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await panel.getByRole("button", { name: "关闭" }).click();
    await expect(panel).toBeHidden();
  });

  test("nothing is wider than the screen at twice the text size", async ({ page }) => {
    await openMap(page, place);
    await expect(panelOf(page)).toContainText("网格长");
    await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
