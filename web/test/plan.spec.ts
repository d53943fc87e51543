import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { password, signIn } from "./accounts";
import { expect, present, test } from "./app";
import { violations } from "./axe";

type Place = readonly [number, number];

interface Area {
  id: string;
  geometry: { coordinates: [number, number][][][] };
  properties: { code: string; name: string; households?: number; area_m2: number };
}

/** A node on the line between two grids of the town, on no locked line. */
const node: Place = [125.6428179, 43.5314464];
const upper = "220112001001001";
const lower = "220112001001002";

async function plan(api: APIRequestContext, title: string): Promise<string> {
  const answer = await api.post("/api/v1/plans", { data: { title } });
  expect(answer.status(), await answer.text()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

async function operate(api: APIRequestContext, id: string, op: object): Promise<void> {
  const answer = await api.post(`/api/v1/plans/${id}/operations`, { data: op });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** Cuts both grids at the node: then four have it. */
async function cutTwice(api: APIRequestContext, id: string): Promise<void> {
  const line = (lat: number) => ({ type: "LineString", coordinates: [node, [125.6428, lat]] });
  await operate(api, id, { op: "split", kind: "grid", code: upper, line: line(43.55) });
  await operate(api, id, { op: "split", kind: "grid", code: lower, line: line(43.515) });
}

async function areas(api: APIRequestContext, id: string, kind = "grid"): Promise<Area[]> {
  return ((await (await api.get(`/api/v1/areas/${kind}?plan=${id}`)).json()) as { features: Area[] }).features;
}

/** Gives the codes of the grids that have a place as a corner, and how far from it that may be. */
async function gridsAt(api: APIRequestContext, id: string, at: Place): Promise<string[]> {
  const all = await areas(api, id);
  return all.filter((a) => a.geometry.coordinates.flat(2).some(([lon, lat]) => Math.abs(lon - at[0]) < 2e-7 && Math.abs(lat - at[1]) < 2e-7)).map((a) => a.properties.code);
}

async function steps(api: APIRequestContext, id: string): Promise<{ op: string; to?: Place; code?: string; unit_codes?: string[]; codes?: string[] }[]> {
  const answer = (await (await api.get(`/api/v1/plans/${id}`)).json()) as { history: { op: { op: string; to?: Place } }[] };
  return answer.history.map((e) => e.op);
}

/** Opens edit mode with a place in the middle of the map. */
async function openEditor(page: Page, id: string, at: Place, zoom: number, more = ""): Promise<Locator> {
  await page.goto(`/#view=plan&map=${zoom}/${at[1]}/${at[0]}&plan=${id}${more}`);
  await expect(page.getByRole("complementary", { name: "边界编辑" }).getByRole("heading", { level: 2 })).not.toBeEmpty({ timeout: 30_000 });
  await expect(page.locator(".plan-tallies .skeleton")).toHaveCount(0, { timeout: 30_000 });
  await expect(page.locator(".plan-counts")).not.toHaveText("正在检查…", { timeout: 30_000 });
  return page.locator("canvas.maplibregl-canvas");
}

const mercator = (lat: number) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));

/** Gives the pixel of a place on a map that looks at another. */
function pixel(page: Page, middle: Place, zoom: number, at: Place): { x: number; y: number } {
  const { width, height } = present(page.viewportSize(), "viewport");
  const size = 512 * 2 ** zoom;
  return { x: width / 2 + ((at[0] - middle[0]) / 360) * size, y: height / 2 - ((mercator(at[1]) - mercator(middle[1])) / (2 * Math.PI)) * size };
}

async function saved(page: Page): Promise<void> {
  await expect(page.locator(".bar-saving")).toHaveText("已保存");
}

// Every area of the district is read for an editor.
test.describe.configure({ timeout: 90_000 });

test.describe("with a mouse", () => {
  test.use({ viewport: { width: 1280, height: 800 } });

  test("the node that four grids share moves for all four, with what changes beside it, and goes back", async ({ page, context }) => {
    await signIn(context, "planner");
    const id = await plan(context.request, "四格节点");
    await cutTwice(context.request, id);
    const before = await gridsAt(context.request, id, node);
    expect(before).toHaveLength(4);
    await openEditor(page, id, node, 16);
    const { x, y } = pixel(page, node, 16, node);
    await page.mouse.move(x + 4, y + 3);
    await expect(page.locator(".stage-dot.over")).toHaveCount(1);
    await expect(page.locator(".plan-stage .stage-side")).toHaveCount(4);
    await page.mouse.down();
    await page.mouse.move(x + 30, y + 10, { steps: 3 });
    await page.keyboard.down("Alt");
    await page.mouse.move(x + 64, y - 41, { steps: 4 });
    await expect(page.locator(".plan-tallies tr.live")).toHaveCount(4);
    await expect(page.locator(".stage-was")).toHaveCount(4);
    await page.mouse.up();
    await page.keyboard.up("Alt");
    await saved(page);
    const to = present((await steps(context.request, id)).at(-1)?.to, "place it was moved to");
    expect(await gridsAt(context.request, id, to)).toEqual(before);
    expect(await gridsAt(context.request, id, node)).toEqual([]);
    // Where it was dropped: with Alt it snaps to nothing.
    const dropped = pixel(page, node, 16, to);
    expect(Math.hypot(dropped.x - x - 60, dropped.y - y + 44)).toBeLessThan(3);

    await expect(page.getByRole("button", { name: "撤销：移动节点" })).toBeEnabled();
    await page.keyboard.press("Control+z");
    await expect(page.getByRole("status").filter({ hasText: "已撤销：移动节点" })).toBeVisible();
    expect(await gridsAt(context.request, id, node)).toEqual(before);
    await page.keyboard.press("Control+y");
    await expect(page.getByRole("status").filter({ hasText: "已重做：移动节点" })).toBeVisible();
    expect(await gridsAt(context.request, id, to)).toEqual(before);

    // The cut went through compounds: the list of problems leads there.
    const wrong = page.locator(".plan-problem.error", { hasText: "整体被拆开" }).first();
    await expect(wrong).toBeVisible();
    const was = page.url();
    await wrong.click();
    await expect.poll(() => page.url()).not.toBe(was);
  });

  test("a grid is split by a drawn line, and merged again", async ({ page, context, faults }) => {
    await signIn(context, "planner");
    const id = await plan(context.request, "拆分合并");
    const first = await areas(context.request, id);
    await openEditor(page, id, node, 15, `&of=grid:${upper}&tool=split`);
    // What it is called and its code are proposed.
    await expect(page.getByLabel("新部分的名称")).toHaveValue(/^幸福社区第\d\d网格$/);
    await expect(page.getByLabel("新部分的代码")).toHaveValue("220112001001003");
    await page.getByLabel("新部分的名称").fill("新网格");
    const { x, y } = pixel(page, node, 15, node);
    await page.mouse.move(x + 2, y + 2);
    await expect(page.locator('.stage-snap[data-snap="node"]')).toHaveCount(1);
    await page.mouse.click(x + 2, y + 2);
    // Up and out of the grid to the west.
    await page.mouse.click(x + 20, y - 150);
    await page.mouse.click(x + 340, y - 150);
    await expect(page.locator(".stage-cut")).toHaveCount(1);
    // A code that is taken is refused, in words, and nothing that was drawn is lost.
    await page.getByLabel("新部分的代码").fill(lower);
    await page.locator(".plan-tool").getByRole("button", { name: "拆分" }).click();
    await expect(page.getByRole("alert").filter({ hasText: `代码 ${lower} 是或曾是别的区域的代码` })).toBeVisible();
    await expect(page.locator(".stage-cut")).toHaveCount(1);
    await expect(page.getByLabel("新部分的名称")).toHaveValue("新网格");
    await page.getByLabel("新部分的代码").fill("220112001001009");
    await page.locator(".plan-tool").getByRole("button", { name: "拆分" }).click();
    await saved(page);
    await expect.poll(() => steps(context.request, id)).toHaveLength(1);
    expect(faults.splice(0)).toEqual([expect.stringContaining("409")]);
    const split = await areas(context.request, id);
    expect(split).toHaveLength(first.length + 1);
    const made = present(split.find((a) => a.properties.name === "新网格"), "new grid");
    await expect(page.getByRole("row", { name: /新网格/ })).toContainText("+");

    await page.getByRole("button", { name: "合并" }).click();
    await expect(page.locator(".plan-chips li")).toHaveCount(1);
    await page.getByLabel("按名称添加").fill("新网格");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "合并 2 个区域" }).click();
    await saved(page);
    const merged = await areas(context.request, id);
    expect(merged.map((a) => a.properties.code)).toEqual(first.map((a) => a.properties.code));
    expect(merged.some((a) => a.properties.code === made.properties.code)).toBe(false);
    expect(merged.reduce((n, a) => n + a.properties.area_m2, 0)).toBeCloseTo(first.reduce((n, a) => n + a.properties.area_m2, 0), 0);
  });

  test("a stroke of the brush gives whole compounds to the grid", async ({ page, context }) => {
    await signIn(context, "planner");
    const id = await plan(context.request, "划入");
    const all = await areas(context.request, id, "compound");
    const middle = (name: string): Place => {
      const ring = present(all.find((a) => a.properties.name === name && a.properties.code.startsWith("220112001001"))?.geometry.coordinates[0]?.[0], name).slice(1);
      return [ring.reduce((n, c) => n + c[0], 0) / ring.length, ring.reduce((n, c) => n + c[1], 0) / ring.length];
    };
    const codes = ["瑞景名苑", "祥和公寓"].map((name) => present(all.find((a) => a.properties.name === name && a.properties.code.startsWith("220112001001")), name).properties.code);
    const [from, to] = [middle("瑞景名苑"), middle("祥和公寓")];
    await openEditor(page, id, node, 15, `&of=grid:${upper}&tool=brush`);
    const [a, b] = [pixel(page, node, 15, from), pixel(page, node, 15, to)];
    await page.mouse.move(a.x, a.y);
    await page.mouse.down();
    // So quick that nothing is heard between its ends: it ends on the road beyond.
    await page.mouse.move(b.x + 0.47 * (b.x - a.x), b.y + 0.47 * (b.y - a.y));
    await expect(page.locator(".plan-tallies tr.live")).toHaveCount(2);
    const gain = await page.locator(".plan-tallies tr.live", { hasText: "幸福社区第01网格" }).locator("ins").first().textContent();
    expect(gain).toMatch(/^\+[1-9]/);
    await page.mouse.up();
    await saved(page);
    const done = present((await steps(context.request, id)).at(-1), "step");
    expect(done.op).toBe("reassign");
    expect([...(done.unit_codes ?? [])].sort()).toEqual([...codes].sort());
    // What was said while it was painted is what the server counts.
    const before = present((await areas(context.request, await plan(context.request, "对照"))).find((g) => g.properties.code === upper)?.properties.households, "households");
    const after = present((await areas(context.request, id)).find((g) => g.properties.code === upper)?.properties.households, "households");
    expect(gain).toBe(`+${(after - before).toLocaleString("zh-CN")}`);
  });

  test("a compound is drawn, named, given another code, and retired; nodes are added and removed", async ({ page, context }) => {
    await signIn(context, "planner");
    const id = await plan(context.request, "新建小区");
    const empty: Place = [125.6365, 43.5362];
    await openEditor(page, id, empty, 16, "&kind=compound&tool=create");
    const { x, y } = pixel(page, empty, 16, empty);
    const corners: [number, number][] = [[x, y], [x + 90, y + 6], [x + 80, y + 80], [x + 4, y + 70]];
    for (const [px, py] of corners) await page.mouse.click(px, py);
    await page.mouse.click(x + 1, y + 1);
    await page.getByLabel("名称", { exact: true }).fill("新苑小区");
    await expect(page.getByLabel("代码", { exact: true })).toHaveValue(/^220112001001C\d{3}$/);
    await page.locator(".plan-form").getByRole("button", { name: "新建" }).click();
    await expect(page.locator(".plan-name")).toContainText("新苑小区");
    await saved(page);
    const made = present((await areas(context.request, id, "compound")).find((a) => a.properties.name === "新苑小区"), "compound");
    expect(made.geometry.coordinates[0]?.[0]).toHaveLength(5);

    await page.getByRole("button", { name: "加点" }).click();
    await page.mouse.move(x + 45, y + 4);
    await expect(page.locator(".stage-dot.new")).toHaveCount(1);
    await page.mouse.click(x + 45, y + 4);
    await expect.poll(async () => (await steps(context.request, id)).at(-1)?.op).toBe("insert_node");
    await page.getByRole("button", { name: "删点" }).click();
    await page.mouse.move(x + 4, y + 69);
    await expect(page.locator(".stage-dot.gone")).toHaveCount(1);
    await page.mouse.click(x + 4, y + 69);
    await expect.poll(async () => (await steps(context.request, id)).at(-1)?.op).toBe("remove_node");

    await page.getByRole("button", { name: "更名" }).click();
    await page.getByLabel("名称", { exact: true }).fill("新苑佳园");
    await page.locator(".plan-form").getByRole("button", { name: "更名" }).click();
    await expect(page.locator(".plan-name")).toContainText("新苑佳园");
    await page.getByRole("button", { name: "改代码" }).click();
    await page.getByLabel("代码", { exact: true }).fill("220112001001C900");
    await page.locator(".plan-form").getByRole("button", { name: "更改代码" }).click();
    await expect(page.locator(".plan-name")).toContainText("220112001001C900");
    await page.getByRole("button", { name: "撤销建制" }).first().click();
    await page.locator(".plan-form").getByRole("button", { name: "撤销建制" }).click();
    await saved(page);
    await expect.poll(async () => (await areas(context.request, id, "compound")).some((a) => a.properties.code === "220112001001C900")).toBe(false);
    expect((await steps(context.request, id)).map((o) => o.op)).toEqual(["create", "insert_node", "remove_node", "rename", "recode", "retire"]);
    await expect(page.locator(".plan-history li")).toHaveCount(5);
  });

  test("another planner's step arrives; a locked line stays, and says whose it is", async ({ page, context, browser, baseURL }) => {
    await signIn(context, "planner");
    const id = await plan(context.request, "两人");
    await openEditor(page, id, node, 16);
    const other = await browser.newContext({ baseURL: present(baseURL, "address") });
    await signIn(other, "approver");
    await operate(other.request, id, { op: "rename", kind: "grid", code: lower, name: "他人更名的网格" });
    await expect(page.getByRole("status").filter({ hasText: "刚刚修改了：他人更名的网格" })).toBeVisible();
    await expect(page.locator(".plan-history")).toContainText("更名为他人更名的网格");
    await other.close();

    const village = present((await areas(context.request, id, "village")).find((a) => a.properties.code === "220112001001"), "community");
    const locked = present(village.geometry.coordinates[0]?.[0]?.[0], "corner");
    await page.goto(`/#view=plan&map=16/${locked[1]}/${locked[0]}&plan=${id}`);
    const at = pixel(page, locked, 16, locked);
    await expect(async () => {
      await page.mouse.move(at.x + 30, at.y + 30);
      await page.mouse.move(at.x, at.y);
      await expect(page.locator(".stage-lock")).toHaveCount(1, { timeout: 500 });
    }).toPass();
    await page.mouse.click(at.x, at.y);
    await expect(page.getByRole("status").filter({ hasText: "已锁定，不能移动" })).toBeVisible();
    expect(await steps(context.request, id)).toHaveLength(1);
  });

  test("a step made without a connection is kept, said, and saved later", async ({ page, context, faults }) => {
    await signIn(context, "planner");
    const id = await plan(context.request, "断网");
    await openEditor(page, id, node, 16);
    const { x, y } = pixel(page, node, 16, node);
    await page.mouse.move(x, y);
    await expect(page.locator(".stage-dot.over")).toHaveCount(1);
    await context.setOffline(true);
    await page.mouse.down();
    await page.mouse.move(x + 40, y - 20, { steps: 4 });
    await page.mouse.up();
    await expect(page.locator(".bar-saving")).toHaveText("未连接，1 步待保存");
    await expect(page.getByRole("alert").filter({ hasText: "1 步操作保留在本页" })).toBeVisible();
    expect(await page.locator(".plan-tallies .differs, .plan-tallies tbody tr").count()).toBeGreaterThan(0);
    await context.setOffline(false);
    await saved(page);
    expect((await steps(context.request, id)).map((o) => o.op)).toEqual(["move_node"]);
    // The browser itself says that it was offline.
    faults.splice(0);
  });

  test("what was done is saved though the page is left, or the session ends, before the server has answered", async ({ page, context, faults }) => {
    await signIn(context, "planner");
    const id = await plan(context.request, "离开");
    await openEditor(page, id, node, 16);
    const { x, y } = pixel(page, node, 16, node);
    const drag = async (fromX: number, fromY: number) => {
      await page.mouse.move(fromX, fromY);
      await page.mouse.down();
      await page.mouse.move(fromX + 40, fromY - 20, { steps: 2 });
      await page.mouse.up();
    };
    // The server takes its time: the answer is held back until the page was left.
    let answer = () => undefined as void;
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route("**/operations", async (route) => {
      await held;
      await route.continue();
    });
    await drag(x, y);
    await drag(x + 40, y - 20);
    await expect(page.locator(".bar-saving")).toHaveText("正在保存 2 步");
    await expect(page.getByRole("button", { name: "撤销：移动节点" })).toBeEnabled();
    await page.getByRole("link", { name: "检查与影响" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "离开" })).toBeVisible();
    answer();
    await expect.poll(async () => (await steps(context.request, id)).length).toBe(2);
    await page.unroute("**/operations");

    await openEditor(page, id, node, 16, "&days=90");
    await context.clearCookies();
    await drag(x + 80, y - 40);
    await expect(page.getByRole("alert").filter({ hasText: "还有 1 步没有保存" })).toBeVisible();
    await page.getByRole("complementary").getByRole("link", { name: "登录" }).click();
    await page.locator('input[autocomplete="username"]').fill("planner");
    await page.locator('input[type="password"]').fill(password());
    await page.keyboard.press("Enter");
    await saved(page);
    expect((await steps(context.request, id)).map((o) => o.op)).toEqual(["move_node", "move_node", "move_node"]);
    // The browser tells of the answers 401 itself.
    expect(faults.splice(0).filter((f) => !f.includes("401"))).toEqual([]);
  });

  test("Esc gives up what is held or painted, whatever the hand does next", async ({ page, context }) => {
    await signIn(context, "planner");
    const id = await plan(context.request, "放弃一笔");
    await openEditor(page, id, node, 15, `&of=grid:${upper}&tool=brush`);
    const { x, y } = pixel(page, node, 15, node);
    // The compounds south of the line are the other grid's.
    await page.mouse.move(x - 60, y + 60);
    await page.mouse.down();
    await page.mouse.move(x - 100, y + 70, { steps: 6 });
    await expect(page.locator(".plan-tallies tr.live")).toHaveCount(2);
    await page.keyboard.press("Escape");
    await page.mouse.move(x - 60, y + 60, { steps: 6 });
    await expect(page.locator(".plan-tallies tr.live")).toHaveCount(0);
    await page.mouse.up();
    expect(await steps(context.request, id)).toEqual([]);
  });

  test("boundaries are redrawn by keyboard alone", async ({ page, context }) => {
    await signIn(context, "planner");
    const id = await plan(context.request, "键盘");
    await page.goto(`/#view=plan&plan=${id}`);
    await expect(page.getByLabel("按名称或代码查找")).toBeVisible({ timeout: 30_000 });
    const focused = (has: string) => page.evaluate((selector) => document.activeElement?.matches(selector) === true, has);
    const tabTo = async (selector: string, back = false) => {
      for (let i = 0; i < 60 && !(await focused(selector)); i++) await page.keyboard.press(back ? "Shift+Tab" : "Tab");
      expect(await focused(selector), `${selector} is reached with the Tab key`).toBe(true);
    };
    // Choose a grid by its name.
    await tabTo(".plan-picker input");
    await page.keyboard.type("幸福社区第02");
    await page.keyboard.press("Enter");
    await expect(page.locator(".plan-name")).toContainText(lower);
    // Move its third node.
    await tabTo(".plan-cursor", true);
    await expect(page.locator(".plan-says")).toContainText("节点 1/");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await expect(page.locator(".plan-says")).toContainText("节点 3/");
    for (const key of ["Shift+ArrowUp", "ArrowUp", "ArrowUp", "ArrowRight"]) await page.keyboard.press(key);
    await expect(page.locator(".stage-dot.held")).toHaveCount(1);
    await page.keyboard.press("Escape");
    await expect(page.locator(".stage-dot.held")).toHaveCount(0);
    for (const key of ["ArrowUp", "ArrowUp", "ArrowRight"]) await page.keyboard.press(key);
    await page.keyboard.press("Enter");
    await saved(page);
    await expect.poll(async () => (await steps(context.request, id)).map((o) => o.op)).toEqual(["move_node"]);
    // Add a node, take it back, and do it again.
    await page.keyboard.press("]");
    await page.keyboard.press("Tab");
    await expect(page.locator(".plan-says")).toContainText("边 1/");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await steps(context.request, id)).map((o) => o.op)).toEqual(["move_node", "insert_node"]);
    await page.keyboard.press("Control+z");
    await expect.poll(async () => (await steps(context.request, id)).length).toBe(1);
    // Split it between two of its nodes.
    await page.keyboard.press("]");
    await page.keyboard.press("]");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    for (let i = 0; i < 30; i++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+Enter");
    await expect.poll(async () => (await steps(context.request, id)).map((o) => o.op)).toEqual(["move_node", "split"]);
    // Give a compound to it by the list.
    await page.keyboard.press("]");
    await page.keyboard.press("]");
    await tabTo(".plan-tool .plan-picker input");
    await page.keyboard.type("馨园家园");
    await page.keyboard.press("Enter");
    await tabTo(".plan-tool .button.primary");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await steps(context.request, id)).map((o) => o.op)).toEqual(["move_node", "split", "reassign"]);
    expect(await violations(page, ".panel.plan")).toEqual([]);
    expect(await violations(page, ".plan-bar")).toEqual([]);
  });
});

test.describe("with a finger", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("a node is dragged by a finger, and two fingers move the map", async ({ page, context }) => {
    await signIn(context, "planner");
    const id = await plan(context.request, "手指");
    // The sheet covers the lower half: the node is to be above it.
    const middle: Place = [node[0], node[1] - 0.0016];
    await openEditor(page, id, middle, 16);
    const { x, y } = pixel(page, middle, 16, node);
    const touch = await context.newCDPSession(page);
    const fingers = (type: string, ...at: [number, number][]) => touch.send("Input.dispatchTouchEvent", { type: type as "touchStart", touchPoints: at.map(([px, py], i) => ({ x: px, y: py, id: i })) });
    await fingers("touchStart", [x + 12, y + 10]);
    for (let i = 1; i <= 6; i++) await fingers("touchMove", [x + 12 + i * 10, y + 10 - i * 5]);
    await expect(page.locator(".stage-dot.held")).toHaveCount(1);
    await expect(page.locator(".plan-live li")).toHaveCount(2);
    await fingers("touchEnd");
    await saved(page);
    await expect.poll(async () => (await steps(context.request, id)).map((o) => o.op)).toEqual(["move_node"]);
    expect(page.url()).toContain("map=16.00/43.52985");

    const to = pixel(page, middle, 16, present((await steps(context.request, id))[0]?.to, "place"));
    await fingers("touchStart", [to.x, to.y]);
    await fingers("touchStart", [to.x, to.y], [to.x - 80, to.y - 60]);
    for (let i = 1; i <= 6; i++) await fingers("touchMove", [to.x, to.y - i * 12], [to.x - 80, to.y - 60 - i * 12]);
    await fingers("touchEnd");
    await expect.poll(() => page.url()).not.toContain("map=16.00/43.52985");
    expect(await steps(context.request, id)).toHaveLength(1);
  });
});

test("only planners redraw", async ({ page, context }) => {
  await page.goto("/#view=plan&plan=01a206f3-4b8a-7038-b00c-f6aaf3eead08");
  await expect(page.getByRole("heading", { name: "需要登录" })).toBeVisible();
  await signIn(context, "officer");
  await page.reload();
  await expect(page.getByText("您的账号不能调整边界")).toBeVisible();
  await expect(page.locator(".plan-tools")).toHaveCount(0);
});
