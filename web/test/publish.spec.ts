import type { APIRequestContext, Browser, BrowserContext, Page } from "@playwright/test";
import { signIn, type Login } from "./accounts";
import { expect, locate, openMap, present, share, test } from "./app";
import { violations } from "./axe";
import { readQr } from "./qr";

/** A village that a plan can give from its grid to the next without an error: both are of one township. */
const village = "220112002200";
const pair = ["220112002000001", "220112002000002"] as const;
/** A grid for a notice sheet. */
const noticed = pair[0];

interface Area {
  geometry: { coordinates: [number, number][][][] };
  properties: { code: string; name: string; households: number; staffing?: { post: string; name?: string; phone?: string }[] };
}

async function area(api: APIRequestContext, kind: string, code: string): Promise<Area> {
  return (await (await api.get(`/api/v1/areas/${kind}/${code}`)).json()) as Area;
}

/** A place in the village that lies in its grid now. */
async function placeIn(page: Page): Promise<{ lon: number; lat: number }> {
  const found = (await (await page.request.get(`/api/v1/search?q=${village}`)).json()) as { features: { geometry: { coordinates: [number, number] }; properties: { kind?: string; code?: string } }[] };
  const hit = present(found.features.find((f) => f.properties.kind === "village" && f.properties.code === village), "village");
  const [lon, lat] = hit.geometry.coordinates;
  expect((await locate(page, lon, lat)).areas["village"]?.code).toBe(village);
  return { lon, lat };
}

async function current(api: APIRequestContext): Promise<number> {
  return ((await (await api.get("/api/v1/app")).json()) as { revision: number }).revision;
}

/** Gives the grid that the village is in now, and the next. */
async function gridsOf(page: Page): Promise<{ home: string; other: string }> {
  const at = await placeIn(page);
  const home = present((await locate(page, at.lon, at.lat)).areas["grid"], "grid").code;
  return { home, other: home === pair[0] ? pair[1] : pair[0] };
}

/** Makes a plan that gives the village to the next grid. */
async function planOf(page: Page, title: string): Promise<string> {
  const answer = await page.request.post("/api/v1/plans", { data: { title } });
  expect(answer.status(), await answer.text()).toBe(201);
  const { id } = (await answer.json()) as { id: string };
  await reassign(page.request, id, (await gridsOf(page)).other);
  return id;
}

async function reassign(api: APIRequestContext, id: string, other: string): Promise<void> {
  const done = await api.post(`/api/v1/plans/${id}/operations`, { data: { op: "reassign", unit_kind: "village", unit_codes: [village], to_kind: "grid", to_code: other } });
  expect(done.status(), await done.text()).toBe(200);
}

/** A second person's browser. Whoever opens it closes it. */
async function another(browser: Browser, baseURL: string | undefined, login: Login | null): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: "zh-CN", timezoneId: "Asia/Shanghai", reducedMotion: "reduce", viewport: { width: 800, height: 600 }, ...(baseURL === undefined ? {} : { baseURL }) });
  if (login !== null) await signIn(context, login);
  return context;
}

/** Whether a pixel is of the blue that marks land which changes hands, laid over the land's own near-white. */
const isBlue = (r: number, _: number, b: number) => b - r > 25;

test("a plan is checked, weighed, approved by another, published while others look on, and taken back", async ({ page, context, browser, baseURL }) => {
  test.setTimeout(120_000);
  await signIn(context, "planner");
  const at = await placeIn(page);
  const before = await current(page.request);
  const { home, other } = await gridsOf(page);
  const [from, to] = [await area(page.request, "grid", home), await area(page.request, "grid", other)];
  const report = await page.request.post("/api/v1/reports", { data: { category: "infrastructure", description: "路灯不亮", ...at } });
  expect(report.status()).toBe(201);

  // It begins with a title.
  await page.goto("/#view=plans");
  await expect(page.getByRole("heading", { level: 1, name: "边界调整" })).toBeVisible();
  await page.getByRole("textbox", { name: "方案名称" }).fill("一个村划给邻近网格");
  await page.getByRole("checkbox", { name: "发布前须经另一人审批" }).check();
  await page.getByRole("button", { name: "开始绘制" }).click();
  await expect(page).toHaveURL(/view=plan&.*plan=[0-9a-f-]{36}/);
  const id = present(/plan=([0-9a-f-]{36})/.exec(page.url())?.[1], "plan in the address");
  await reassign(page.request, id, other);

  // The check: no errors, and warnings with a way to their place.
  await page.goto(`/#view=plans&id=${id}`);
  await expect(page.getByRole("heading", { level: 1, name: "一个村划给邻近网格" })).toBeVisible();
  await expect(page.getByText("没有错误。")).toBeVisible();
  await expect(page.locator(".problem-warning").first().getByRole("link", { name: "查看位置" })).toHaveAttribute("href", new RegExp(`view=plan.*map=15.*plan=${id}`));

  // The consequences, in numbers, names and on two maps.
  await page.getByRole("navigation", { name: "方案内容" }).getByRole("link", { name: "影响" }).click();
  const load = page.getByRole("group", { name: "各网格工作量" });
  const impact = (await (await page.request.get(`/api/v1/plans/${id}/impact?days=365`)).json()) as { load: { area: string; before: { households: number }; after: { households: number } }[]; reports_moved: unknown[]; open_reports_moved: number; tell: unknown[] };
  const shown = (n: number) => Math.round(n).toLocaleString("zh-CN");
  for (const grid of [from, to]) {
    const l = present(impact.load.find((x) => x.area === `grid:${grid.properties.code}`), "load");
    const line = load.getByRole("row").filter({ hasText: grid.properties.name });
    await expect(line).toContainText(`${shown(l.before.households)} → ${shown(l.after.households)}`);
  }
  expect(impact.open_reports_moved).toBeGreaterThanOrEqual(1);
  await expect(page.locator(".figures")).toContainText(shown(impact.reports_moved.length));
  await expect(page.getByRole("group", { name: "要移交的未办结事件" }).getByRole("row").filter({ hasText: to.properties.name }).first()).toContainText("基础设施");
  const maps = page.locator(".pair-map");
  await expect(maps).toHaveCount(2);
  await expect.poll(() => share(page, maps.nth(1), isBlue), { timeout: 20_000 }).toBeGreaterThan(0.02);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载 Excel" }).click()]);
  expect(download.suggestedFilename()).toMatch(/\.xlsx$/);

  // Before and after, one drawn aside from over the other, also by keyboard.
  await page.getByRole("navigation", { name: "方案内容" }).getByRole("link", { name: "对比" }).click();
  await page.getByRole("radio", { name: "拖动对比" }).check();
  const cut = page.getByRole("slider", { name: "拖动分隔线" });
  await cut.focus();
  await page.keyboard.press("Home");
  await expect(cut).toHaveAttribute("aria-valuenow", "0");
  await page.keyboard.press("PageUp");
  await expect(cut).toHaveAttribute("aria-valuenow", "10");
  const box = present(await cut.boundingBox(), "line");
  await page.mouse.move(box.x + box.width / 2, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 200, box.y + 40, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => Number(await cut.getAttribute("aria-valuenow"))).toBeGreaterThan(25);
  await expect(page).toHaveURL(/mode=swipe/);
  const differences = page.getByRole("group", { name: "差异列表" });
  await expect(differences.getByRole("row").filter({ hasText: from.properties.name })).toContainText("边界调整");
  await differences.getByRole("row").filter({ hasText: to.properties.name }).getByRole("button", { name: "查看" }).click();

  // The page before the button. Who drew it cannot approve it.
  await page.getByRole("navigation", { name: "方案内容" }).getByRole("link", { name: "发布" }).click();
  const button = page.getByRole("button", { name: `发布为第 ${before + 1} 版，立即生效` });
  await expect(page.getByText("检查通过，没有错误")).toBeVisible();
  await expect(page.getByText("等待审批")).toBeVisible();
  await expect(page.getByRole("button", { name: "审批通过" })).toHaveCount(0);
  await expect(button).toBeDisabled();
  expect(await violations(page, ".plans")).toEqual([]);

  const second = await another(browser, baseURL, "approver");
  const theirs = await second.newPage();
  await theirs.goto(page.url());
  await theirs.getByRole("button", { name: "审批通过" }).click();
  await expect(theirs.getByText("approver已审批")).toBeVisible();
  await second.close();

  // The planner's page hears of it. A note is needed: there are warnings.
  await expect(page.getByText("approver已审批")).toBeVisible();
  await expect(button).toBeDisabled();
  await page.getByRole("textbox", { name: /说明/ }).fill("村民代表会议同意");
  await expect(button).toBeEnabled();

  const third = await another(browser, baseURL, null);
  const onlooker = await third.newPage();
  const listening = onlooker.waitForResponse((r) => r.url().endsWith("/api/v1/events"));
  await openMap(onlooker, `#map=12/${at.lat}/${at.lon}&at=${at.lat},${at.lon}`);
  await expect(onlooker.getByRole("complementary", { name: "位置详情" })).toContainText(from.properties.name);
  await listening;

  await button.click();
  await expect(page.getByRole("heading", { name: `已发布为第 ${before + 1} 版` })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "未办结事件已改派" })).toContainText(`${impact.open_reports_moved} 件`);
  await expect(page.getByRole("link", { name: to.properties.name })).toHaveAttribute("href", new RegExp(`view=notice.*grid=${other}`));
  await expect(onlooker.getByRole("complementary", { name: "位置详情" })).toContainText(to.properties.name);
  await third.close();
  await expect.poll(async () => (await locate(page, at.lon, at.lat)).areas["grid"]?.code).toBe(other);

  // And back.
  await page.getByRole("link", { name: "历次版本与撤回" }).click();
  const entry = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: `第 ${before + 1} 版`, exact: true }) });
  await expect(entry).toContainText("村民代表会议同意");
  await expect(entry).toContainText("现行");
  await entry.getByRole("button", { name: "撤回…" }).click();
  await entry.getByRole("textbox", { name: /说明/ }).fill("再议");
  await entry.getByRole("button", { name: `撤回第 ${before + 1} 版` }).click();
  await expect(page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: `第 ${before + 2} 版`, exact: true }) })).toContainText("再议");
  await expect.poll(async () => (await locate(page, at.lon, at.lat)).areas["grid"]?.code).toBe(home);
  const again = await area(page.request, "grid", home);
  expect(again.geometry).toEqual(from.geometry);
});

test("a plan is published on a date, which can be cancelled; a plan is renamed and discarded", async ({ page, context }) => {
  await signIn(context, "planner");
  const id = await planOf(page, "定时发布");
  await page.goto(`/#view=plans&id=${id}&tab=publish`);
  await page.getByRole("textbox", { name: /说明/ }).fill("月初生效");
  await page.getByRole("radio", { name: "定时" }).check();
  const date = page.getByLabel(/日期和时间/);
  await date.fill("2020-01-01T08:00");
  await expect(page.getByText("请选择将来的时间。")).toBeVisible();
  await expect(page.getByRole("button", { name: "到时自动发布" })).toBeDisabled();
  const day = new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10);
  await date.fill(`${day}T08:00`);
  await page.getByRole("button", { name: "到时自动发布" }).click();
  await expect(page.getByRole("heading", { name: /^定于 .* 08:00 发布$/ })).toBeVisible();
  const plan = (await (await context.request.get(`/api/v1/plans/${id}`)).json()) as { status: string; publish_at: string };
  expect(plan).toMatchObject({ status: "scheduled", publish_at: `${day}T00:00:00Z` });
  expect(await violations(page, ".plans")).toEqual([]);
  await page.getByRole("button", { name: "取消定时" }).click();
  await expect(page.getByRole("button", { name: "到时自动发布" })).toBeVisible();

  await page.getByRole("button", { name: "改名" }).click();
  await page.getByRole("textbox", { name: "方案名称" }).fill("另一个名称");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "另一个名称" })).toBeVisible();
  await page.getByRole("button", { name: "放弃方案" }).click();
  await page.getByRole("button", { name: "确定放弃" }).click();
  await expect(page.getByText("已放弃", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "← 全部方案" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "边界调整" })).toBeVisible();
  await expect(page.getByRole("link", { name: /另一个名称/ })).toHaveCount(0);
  await page.getByRole("checkbox", { name: "同时显示已发布和已放弃的方案" }).check();
  await expect(page.getByRole("link", { name: /另一个名称/ }).first()).toBeVisible();
});

test("plans are for planners, and a plan that is not there says so", async ({ page, context, faults }) => {
  await page.goto("/#view=plans");
  await expect(page.getByText("边界调整供规划员和管理员使用，请先登录。")).toBeVisible();
  await signIn(context, "officer");
  await page.goto("about:blank");
  await page.goto("/#view=plans");
  await expect(page.getByText("您的账号不能调整边界。")).toBeVisible();
  await signIn(context, "planner");
  await page.goto("about:blank");
  await page.goto("/#view=plans&id=01900000-0000-7000-8000-000000000000");
  await expect(page.getByText("没有找到，它可能已被放弃。")).toBeVisible();
  // The browser tells of the 404 itself.
  expect(faults.splice(0)).toEqual([expect.stringContaining("404")]);
});

test("on a phone and in English nothing is wider than the page, or hard to read or reach", async ({ page, context }) => {
  await signIn(context, "planner");
  test.setTimeout(90_000);
  const id = await planOf(page, "A plan whose title is as long as titles get when several people write them");
  await page.setViewportSize({ width: 390, height: 844 });
  for (const hash of ["view=plans", "view=plans&tab=revisions", `view=plans&id=${id}`, `view=plans&id=${id}&tab=impact`, `view=plans&id=${id}&tab=compare`, `view=plans&id=${id}&tab=publish`, `view=notice&grid=${noticed}`]) {
    await page.goto("about:blank");
    await page.goto(`/#${hash}&lang=en`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator("main .skeleton")).toHaveCount(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), hash).toBeLessThanOrEqual(390);
    expect(await page.locator("main").innerText(), hash).not.toMatch(/\{\w+\}|undefined|NaN/);
    // The others are looked at in the other tests.
    if (/plans$|impact|compare/.test(hash)) expect(await violations(page, "main"), hash).toEqual([]);
  }
  expect((await context.request.delete(`/api/v1/plans/${id}`)).status()).toBe(204);
});

test("the notice sheet of a grid says what is public, and its code opens a report in the grid", async ({ page, context }) => {
  // Even for somebody who may see more.
  await signIn(context, "planner");
  const anyone = await fetch(new URL(`/api/v1/areas/grid/${noticed}`, present(test.info().project.use.baseURL, "address")));
  const { properties: grid } = (await anyone.json()) as Area;
  await page.goto(`/#view=notice&grid=${noticed}`);
  const sheet = page.getByRole("article", { name: `${grid.name}公示牌` });
  await expect(sheet.getByRole("heading", { level: 2 })).toHaveText(grid.name);
  await expect(sheet.getByRole("listitem")).toHaveCount(grid.staffing?.length ?? 0);
  for (const s of grid.staffing ?? []) {
    const line = sheet.getByRole("listitem").filter({ hasText: present(s.phone, "public phone") });
    await expect(line).toContainText(present(s.name, "public name"));
  }
  await expect(sheet.getByRole("img", { name: `${grid.name}地图` }).locator("text").first()).toBeVisible();
  expect(await violations(page, ".notice")).toEqual([]);

  const url = present(await readQr(page, sheet.getByRole("img", { name: `${grid.name}上报二维码` })), "address in the code");
  const [, lat = "", lon = ""] = present(/[#&]at=([\d.]+),([\d.]+)/.exec(url), "place in the address");
  expect((await locate(page, Number(lon), Number(lat))).areas["grid"]?.code).toBe(noticed);
  const phone = await context.newPage();
  await phone.goto(url);
  await expect(phone.locator(".panel.report")).toContainText(grid.name);
  await phone.close();

  // One sheet of A4 upright, in points.
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1);
  const [, width = "", height = ""] = present(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf), "size of the page");
  expect([Math.round(Number(width)), Math.round(Number(height))]).toEqual([595, 842]);
});

test("all notice sheets come at once, a page each", async ({ page }) => {
  test.setTimeout(90_000);
  const grids = ((await (await page.request.get("/api/v1/areas/grid")).json()) as { features: unknown[] }).features.length;
  await page.goto("/#view=notice&grid=all");
  await expect(page.getByRole("button", { name: `打印 ${grids} 张` })).toBeEnabled({ timeout: 60_000 });
  await expect(page.getByRole("article")).toHaveCount(grids);
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(grids);
});
