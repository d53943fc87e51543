import { expect, locate, near, openMap, panelOf, present, share, test } from "./app";

// In a country grid, two kilometres from its edge.
const lon = 125.7;
const lat = 43.6;
const here = `#map=13.00/${lat.toFixed(5)}/${lon.toFixed(5)}`;

test("the page loads from its own server alone, and says that the data is invented", async ({ page }) => {
  const answer = present(await page.goto("/"), "answer");
  expect(answer.headers()["content-security-policy"]).toContain("default-src 'none'");
  await expect(page.locator("canvas.maplibregl-canvas")).toBeVisible();
  await expect(page).toHaveTitle("网格巡查地图");
  await expect(page.getByText("演示数据")).toBeVisible();
});

test("clicking the map names the grid and who answers, and lights the grid", async ({ page }) => {
  const map = await openMap(page, here);
  const { areas, responsible } = await locate(page, lon, lat);
  const grid = present(areas.grid, "grid");
  const chief = present(responsible.find((r) => r.post === "grid_chief"), "chief");
  const dark = await share(page, map, isAccent);
  await map.click();
  const panel = panelOf(page);
  await expect(panel.getByRole("heading", { level: 2 })).toHaveText(grid.name);
  await expect(panel.getByRole("listitem").filter({ hasText: present(chief.name, "name") })).toContainText("网格长");
  await expect(panel.locator(`a[href="tel:${chief.phone}"]`)).toBeVisible();
  for (const kind of ["district", "township", "village", "village_group"]) {
    const { name, code } = present(areas[kind], kind);
    await expect(panel.getByRole("link", { name: `${name} ${code}` })).toBeVisible();
  }
  await expect(page).toHaveURL(/at=43\.6/);
  await expect.poll(() => share(page, map, isAccent)).toBeGreaterThan(dark + 0.002);
});

/** Strongly blue: the one accent, which nothing else on the map has. */
function isAccent(r: number, _g: number, b: number): boolean {
  return b - r > 90;
}

test("a place near an edge offers both grids by name", async ({ page }) => {
  const { areas } = await locate(page, lon, lat);
  const edge = await near(page, present(areas.grid, "grid").code);
  await openMap(page, `#map=16.00/${edge.lat}/${edge.lon}&at=${edge.lat},${edge.lon}`);
  const panel = panelOf(page);
  await expect(panel).toContainText("也可能由相邻网格负责");
  for (const name of edge.grids) await expect(panel).toContainText(name);
});

test("a place outside the district is said to be outside", async ({ page }) => {
  await openMap(page, `#map=9.00/${lat}/${lon}&at=44.2,125.7`);
  await expect(panelOf(page)).toContainText("不在本区范围内");
});

test("searching by pinyin initials flies there and opens the area", async ({ page }) => {
  await openMap(page, "#map=7.00/43.60000/125.70000");
  const box = page.getByRole("combobox", { name: "搜索区域、代码或道路" });
  await box.fill("phjd");
  await expect(page.getByRole("option").first()).toContainText("平湖街道");
  await box.press("ArrowDown");
  await expect(page.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await box.press("Enter");
  await expect(panelOf(page).getByRole("heading", { level: 2 })).toHaveText("平湖街道");
  await expect(page).toHaveURL(/area=township:220112002/);
  await expect.poll(() => Number(/map=([\d.]+)/.exec(page.url())?.[1])).toBeGreaterThan(9);
});

test("searching says where nothing is found", async ({ page }) => {
  await openMap(page);
  await page.getByRole("combobox").fill("没有这个地方");
  await expect(page.getByText("没有找到“没有这个地方”")).toBeVisible();
});

test("an address holds the view, the place and the layers", async ({ page }) => {
  const map = await openMap(page, here);
  await map.click();
  const heading = panelOf(page).getByRole("heading", { level: 2 });
  const name = present((await locate(page, lon, lat)).areas.grid, "grid").name;
  await expect(heading).toHaveText(name);
  await page.getByRole("button", { name: "图层" }).click();
  await page.getByRole("checkbox", { name: "屯组" }).uncheck();
  await expect(page).toHaveURL(/hide=village_group/);
  const address = page.url();
  await page.reload();
  await expect(heading).toHaveText(name);
  await page.getByRole("button", { name: "图层" }).click();
  await expect(page.getByRole("checkbox", { name: "屯组" })).not.toBeChecked();
  await expect(page.getByRole("checkbox", { name: "网格", exact: true })).toBeChecked();
  expect(page.url()).toBe(address);
});

test("layers go and come back", async ({ page }) => {
  const map = await openMap(page, here);
  // Not the button in the accent, which lies on the map and stays.
  const drawn = (r: number, g: number, b: number) => r + g + b < 660 && b - r < 60;
  await expect.poll(() => share(page, map, drawn)).toBeGreaterThan(0.01);
  const all = await share(page, map, drawn);
  await page.goto(`/${here}&hide=township,village,grid,village_group,compound,ground,labels`);
  await expect.poll(() => share(page, map, drawn)).toBeLessThan(all / 2);
  await page.goto(`/${here}`);
  await expect.poll(() => share(page, map, drawn)).toBeGreaterThan(all * 0.8);
});

test("going back returns to the place before", async ({ page }) => {
  const map = await openMap(page, here);
  await map.click();
  const heading = panelOf(page).getByRole("heading", { level: 2 });
  await expect(heading).toHaveText(present((await locate(page, lon, lat)).areas.grid, "grid").name);
  await panelOf(page).getByRole("link", { name: "双阳区" }).click();
  await expect(heading).toHaveText("双阳区");
  await page.goBack();
  await expect(heading).toHaveText(present((await locate(page, lon, lat)).areas.grid, "grid").name);
});

test("the language is switched and stays with the address", async ({ page }) => {
  const map = await openMap(page, here);
  await map.click();
  await page.getByRole("button", { name: "菜单" }).click();
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", /^en/);
  await expect(page).toHaveTitle(/Grid patrol map$/);
  const panel = page.getByRole("complementary", { name: "Details of the place" });
  await expect(panel).toContainText("Who answers here");
  await expect(panel).toContainText("Grid chief");
  await expect(page).toHaveURL(/lang=en/);
  await page.reload();
  await expect(panel).toContainText("Grid chief");
});

test.describe("an English browser", () => {
  test.use({ locale: "en-GB" });
  test("gets the map in English", async ({ page }) => {
    await openMap(page);
    await expect(page).toHaveTitle(/Grid patrol map$/);
    await expect(page.getByText("Synthetic data")).toBeVisible();
  });
});

test.describe("with the position shared", () => {
  test.use({ geolocation: { longitude: lon, latitude: lat, accuracy: 20 }, permissions: ["geolocation"] });
  test("my position is looked up, and how sure it is is said", async ({ page }) => {
    await openMap(page);
    await page.getByRole("button", { name: "我的位置" }).click();
    const panel = panelOf(page);
    await expect(panel).toContainText("我的位置，误差约 20 米");
    await expect(panel.getByRole("heading", { level: 2 })).toHaveText(present((await locate(page, lon, lat)).areas.grid, "grid").name);
    await expect(page).toHaveURL(/accuracy=20/);
  });
});

test("a server that is gone is said, and asking again works", async ({ page, faults }) => {
  const map = await openMap(page, here);
  await page.route("**/api/v1/locate*", (r) => r.abort());
  await map.click();
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("连不上服务器");
  await page.unroute("**/api/v1/locate*");
  await alert.getByRole("button", { name: "重试" }).click();
  await expect(panelOf(page)).toContainText("网格长");
  await expect(page.getByText("连不上服务器")).toHaveCount(0);
  // The browser says of its own accord that a request failed.
  const [said] = faults.splice(0, 1);
  expect(said).toContain("net::ERR_FAILED");
});
