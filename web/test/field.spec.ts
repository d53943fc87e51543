import type { Browser, BrowserContext, Page } from "@playwright/test";
import { password, signIn, type Login, type Who } from "./accounts";
import { expect, present, test, withoutMap } from "./app";
import { violations } from "./axe";

/** Told apart from reports of an earlier run on the same server. */
const run = Date.now().toString(36);

/** What was sent. */
interface Sent {
  id: string;
  version: number;
}

/** Gives a place within the first area of an account's scope. */
async function placeOf(page: Page, who: Who): Promise<{ lon: number; lat: number }> {
  const [kind, code] = present(who.scope.areas[0], "area").split(":");
  const found = await page.request.get(`/api/v1/search?q=${code}&limit=100`);
  const { features } = (await found.json()) as { features: { geometry: { coordinates: [number, number] }; properties: { kind: string; code: string } }[] };
  const hit = present(features.find((f) => f.properties.kind === kind && f.properties.code === code), `area ${code}`);
  const [lon, lat] = hit.geometry.coordinates;
  return { lon, lat };
}

/** Sends a report as somebody without an account. */
async function send(browser: Browser, at: { lon: number; lat: number }, description: string): Promise<Sent> {
  const anonymous = await browser.newContext();
  const answer = await anonymous.request.post("/api/v1/reports", { data: { category: "infrastructure", ...at, description: `${description} ${run}` } });
  expect(answer.status()).toBe(201);
  const { id, properties } = (await answer.json()) as { id: string; properties: { version: number } };
  await anonymous.close();
  return { id, version: properties.version };
}

/** Does something to a report as another person. */
async function actAs(browser: Browser, login: Login, id: string, event: Record<string, string>): Promise<void> {
  const other = await browser.newContext();
  await signIn(other, login);
  const answer = await other.request.post(`/api/v1/reports/${id}/events`, { data: event });
  expect(answer.status(), await answer.text()).toBe(200);
  await other.close();
}

async function openField(page: Page, more = ""): Promise<void> {
  await page.goto("about:blank"); // or only what is after the # changes
  await page.goto(`/#view=field${more}`);
  await expect(page.getByRole("heading", { level: 2, name: /我的辖区|事件办理/ })).toBeVisible();
}

const listOf = (page: Page) => page.getByRole("complementary", { name: "待办事件" });
const caseOf = (page: Page) => page.getByRole("complementary", { name: "事件详情" });
const question = (page: Page) => page.getByRole("dialog");
const row = (page: Page, description: string) => listOf(page).getByRole("link").filter({ hasText: `${description} ${run}` });

async function enter(page: Page, context: BrowserContext, browser: Browser, description: string): Promise<Sent> {
  const who = await signIn(context, "village");
  const sent = await send(browser, await placeOf(page, who), description);
  await openField(page);
  await expect(row(page, description)).toBeVisible();
  return sent;
}

test("signing in: a wrong password is said, the right one leads on, signing out ends it", async ({ page, context, faults }) => {
  await withoutMap(context);
  await page.goto("/");
  await page.getByRole("button", { name: "菜单" }).click();
  await page.getByRole("link", { name: "登录" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "登录" })).toBeVisible();
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "请填写账号" })).toBeVisible();
  await page.getByLabel("账号").fill("village");
  const secret = page.getByRole("textbox", { name: "密码" });
  await secret.fill("not-the-password");
  await page.getByRole("button", { name: "显示密码" }).click();
  await expect(secret).toHaveAttribute("type", "text");
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "账号或密码不对" })).toBeVisible();
  // The browser says of its own accord that an answer was 401, sooner or later.
  await expect.poll(() => faults.join()).toContain("401");
  faults.splice(0);
  await secret.fill(password());
  await secret.press("Enter");
  await expect(page.getByRole("heading", { level: 2, name: "我的辖区" })).toBeVisible();
  // It stays with the browser.
  await page.reload();
  await expect(page.getByRole("heading", { level: 2, name: "我的辖区" })).toBeVisible();
  await page.getByRole("button", { name: "菜单" }).click();
  await page.getByRole("button", { name: /^退出/ }).click();
  await expect(page.getByRole("status").filter({ hasText: "已退出" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: "我的辖区" })).toHaveCount(0);
  await page.goto("/#view=field");
  await expect(page.getByText("登录后查看您辖区内的事件")).toBeVisible();
  // So it does of what was under way when the session ended.
  expect(faults.splice(0).filter((f) => !f.includes("401"))).toEqual([]);
});

test("a session that ended is said, and signing in leads back to the same report", async ({ page, context, browser, faults }) => {
  await withoutMap(context);
  const { id } = await enter(page, context, browser, "路灯不亮，会话");
  await context.request.delete("/api/v1/session");
  await row(page, "路灯不亮，会话").click();
  await expect(page.getByText("登录已失效")).toBeVisible();
  await expect(page).toHaveURL(new RegExp(id));
  await page.getByLabel("账号").fill("village");
  await page.getByRole("textbox", { name: "密码" }).fill(password());
  await page.keyboard.press("Enter");
  await expect(caseOf(page)).toContainText("路灯不亮，会话");
  expect(faults.splice(0).join()).toMatch(/40[14]/);
});

test("a report comes into the officer's list and map by itself; another grid's officer does not get it", async ({ page, context, browser, faults }) => {
  const who = await signIn(context, "village");
  const at = await placeOf(page, who);
  await openField(page);
  const others = await browser.newContext({ locale: "zh-CN" });
  await signIn(others, "officer");
  const elsewhere = await others.newPage();
  await openField(elsewhere);
  const { id } = await send(browser, at, "井盖缺失，新到");
  await expect(row(page, "井盖缺失，新到")).toBeVisible();
  await expect(row(page, "井盖缺失，新到")).toContainText("待接收");
  // On the map: a click on its place opens it.
  await page.goto(`/#view=field&map=18/${at.lat}/${at.lon}`);
  await expect(row(page, "井盖缺失，新到")).toBeVisible();
  const map = present(await page.locator("canvas.maplibregl-canvas").boundingBox(), "map");
  await expect(async () => {
    await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
    await expect(caseOf(page)).toBeVisible({ timeout: 500 });
  }).toPass();
  // Not the other's: neither in the list nor by its address.
  await expect(row(elsewhere, "井盖缺失，新到")).toHaveCount(0);
  await elsewhere.goto("about:blank");
  await elsewhere.goto(`/#view=field&report=${id}`);
  await expect(elsewhere.getByText("没有这件事件，或者它不在您的辖区内")).toBeVisible();
  await others.close();
  expect(faults).toEqual([]);
});

test("accepting by keyboard alone", async ({ page, context, browser }) => {
  await withoutMap(context);
  await enter(page, context, browser, "护栏损坏，键盘");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "键盘快捷键" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(async () => {
    await page.keyboard.press("j");
    await expect(row(page, "护栏损坏，键盘")).toBeFocused({ timeout: 50 });
  }).toPass({ intervals: [0] });
  await page.keyboard.press("Enter");
  await expect(caseOf(page)).toContainText("护栏损坏，键盘");
  await page.keyboard.press("a");
  await expect(question(page)).toContainText("接收后由您负责处置");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "已接收" })).toBeVisible();
  await expect(caseOf(page)).toContainText("处置中");
  await page.keyboard.press("Escape");
  await expect(caseOf(page)).toHaveCount(0);
  await expect(page.locator(":focus")).toContainText("护栏损坏，键盘");
});

test("comment with a photo, handle; a return needs a reason", async ({ page, context, browser }) => {
  await withoutMap(context);
  const { id } = await enter(page, context, browser, "管道漏水，处置");
  await actAs(browser, "dispatcher", id, { type: "accept" });
  await row(page, "管道漏水，处置").click();
  await expect(caseOf(page)).toContainText("处置中");

  await caseOf(page).getByRole("button", { name: "退回" }).click();
  await question(page).getByRole("button", { name: "退回" }).click();
  await expect(question(page)).toContainText("请写明原因");
  await question(page).getByRole("button", { name: "取消" }).click();

  await caseOf(page).getByRole("button", { name: "补充说明" }).click();
  await question(page).getByLabel("说明").fill("已到现场查看");
  await question(page).locator("input[type=file]").setInputFiles({ name: "photo.png", mimeType: "image/png", buffer: await page.screenshot() });
  await expect(question(page).getByRole("img", { name: "照片 1" })).toBeVisible();
  await question(page).getByRole("button", { name: "补充说明" }).click();
  await expect(page.getByRole("status").filter({ hasText: "说明已补充" })).toBeVisible();
  const history = caseOf(page).getByRole("list", { name: "办理过程" });
  await expect(history).toContainText("已到现场查看");
  await history.getByRole("button").first().click();
  await expect(page.getByRole("dialog").getByRole("img")).toBeVisible();
  await page.keyboard.press("Escape");

  await caseOf(page).getByRole("button", { name: "处置完毕" }).click();
  await question(page).getByLabel("说明").fill("已修复");
  await question(page).getByRole("button", { name: "处置完毕" }).click();
  await expect(page.getByRole("status").filter({ hasText: "已处置，等待核查结案" })).toBeVisible();
  await expect(caseOf(page)).toHaveCount(0);
  await expect(row(page, "管道漏水，处置")).toHaveCount(0);
  await listOf(page).getByLabel("状态").selectOption("handled");
  await expect(row(page, "管道漏水，处置")).toBeVisible();
  await expect(page).toHaveURL(/status=handled/);
});

test("what somebody else did meanwhile is said, and what was typed stays", async ({ page, context, browser, faults }) => {
  await withoutMap(context);
  const { id } = await enter(page, context, browser, "路面塌陷，同时");
  await row(page, "路面塌陷，同时").click();
  await caseOf(page).getByRole("button", { name: "退回" }).click();
  await question(page).getByLabel("原因").fill("不是我的网格");
  await actAs(browser, "dispatcher", id, { type: "reject", note: "重复上报" });
  await question(page).getByRole("button", { name: "退回" }).click();
  await expect(question(page)).toContainText("调度员已对此事件“不予立案”");
  await expect(question(page)).toContainText("不能再“退回”");
  await expect(question(page).getByLabel("原因")).toHaveValue("不是我的网格");
  await question(page).getByRole("button", { name: "取消" }).click();
  await expect(caseOf(page)).toContainText("不予立案");
  expect(faults.splice(0).join()).toMatch(/409|412/);
});

test.describe("a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("the sheet is drawn up and down, and targets are large enough", async ({ page, context, browser }) => {
    await enter(page, context, browser, "垃圾堆放，手机");
    const list = listOf(page);
    const grip = async () => {
      const b = present(await list.boundingBox(), "sheet");
      return { x: b.x + b.width / 2, y: b.y + 9, height: b.height };
    };
    const draw = async (by: number) => {
      const { x, y } = await grip();
      await page.mouse.move(x, y);
      await page.mouse.down();
      for (let i = 1; i <= 5; i++) await page.mouse.move(x, y + (by * i) / 5);
      await page.waitForTimeout(120);
      await page.mouse.up();
    };
    const half = (await grip()).height;
    await draw(-330);
    await expect.poll(async () => (await grip()).height).toBeGreaterThan(700);
    await draw(660);
    await expect.poll(async () => (await grip()).height).toBeLessThan(220);
    await list.getByRole("heading", { level: 2 }).tap();
    await expect.poll(async () => (await grip()).height).toBe(half);
    await expect(caseOf(page), "what comes under the finger").toHaveCount(0);
    await draw(330);
    await expect.poll(async () => (await grip()).height).toBeLessThan(220);
    await list.getByRole("button", { name: "展开详情" }).click();
    await expect.poll(async () => (await grip()).height).toBe(half);
    await row(page, "垃圾堆放，手机").click();
    await expect(caseOf(page).getByRole("button", { name: "接收" })).toBeVisible();
    const small = await caseOf(page).locator(".action").evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().height < 48).map((e) => e.textContent));
    expect(small, "actions under 48 pixels").toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.goBack();
    await expect(list).toBeVisible();
  });
});

test("what one person typed is not for the next who signs in", async ({ page, context, browser, faults }) => {
  await withoutMap(context);
  await enter(page, context, browser, "井盖松动，换人");
  await row(page, "井盖松动，换人").click();
  const begin = () => caseOf(page).getByRole("button", { name: "补充说明" }).click();
  await begin();
  await question(page).getByLabel("说明").fill("只给自己看");
  await page.keyboard.press("Escape");
  await begin();
  await expect(question(page).getByLabel("说明")).toHaveValue("只给自己看");
  await page.keyboard.press("Escape");
  // The session ends while something else is opened.
  await context.request.delete("/api/v1/session");
  await page.goBack();
  await row(page, "井盖松动，换人").click();
  await page.getByLabel("账号").fill("dispatcher");
  await page.getByRole("textbox", { name: "密码" }).fill(password());
  await page.keyboard.press("Enter");
  await begin();
  await expect(question(page).getByLabel("说明")).toHaveValue("");
  expect(faults.splice(0).join()).toContain("401");
});

test("what is read stays where it is while rows above come and go; after a case the focus is on the next", async ({ page, context, browser }) => {
  await withoutMap(context);
  const who = await signIn(context, "village");
  const at = await placeOf(page, who);
  const sent: Sent[] = [];
  for (let i = 0; i < 14; i++) sent.push(await send(browser, at, `路面破损，阅读 ${i}`));
  await openField(page);
  const last = row(page, "路面破损，阅读 13");
  await last.scrollIntoViewIfNeeded();
  const top = async () => Math.round(present(await last.boundingBox(), "row").y);
  await expect.poll(() => page.locator(".field-list .panel-body").evaluate((e) => e.scrollTop)).toBeGreaterThan(120);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const before = await top();
  await actAs(browser, "dispatcher", present(sent[0], "first").id, { type: "reject", note: "重复" });
  await expect(row(page, "路面破损，阅读 0")).toHaveCount(0);
  expect(Math.abs((await top()) - before), "pixels moved").toBeLessThan(3);
  await row(page, "路面破损，阅读 12").click();
  await caseOf(page).getByRole("button", { name: "不予立案" }).click();
  await question(page).getByLabel(/原因/).fill("重复");
  await question(page).getByRole("button", { name: "不予立案" }).click();
  await expect(last).toBeFocused();
});

test("a window at 200 % still has everything in reach", async ({ page, context, browser }) => {
  await withoutMap(context);
  await page.setViewportSize({ width: 640, height: 450 });
  await enter(page, context, browser, "违建，放大");
  await row(page, "违建，放大").click();
  await caseOf(page).getByRole("button", { name: "接收" }).click();
  await expect(question(page).getByRole("button", { name: "接收" })).toBeInViewport();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(640);
});

test("axe finds nothing on sign-in, list, report and question", async ({ page, context, browser }) => {
  await withoutMap(context);
  await page.goto("/#view=signin");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await enter(page, context, browser, "检查颜色");
  expect(await violations(page)).toEqual([]);
  await row(page, "检查颜色").click();
  await expect(caseOf(page).getByRole("list", { name: "办理过程" })).toBeVisible();
  expect(await violations(page, ".field-case")).toEqual([]);
  await caseOf(page).getByRole("button", { name: "退回" }).click();
  await expect(question(page)).toBeVisible();
  expect(await violations(page, "dialog")).toEqual([]);
});
