import { AxeBuilder } from "@axe-core/playwright";
import { request, type APIRequestContext, type BrowserContext, type Page } from "@playwright/test";
import { password, signIn, type Login } from "./accounts";
import { expect, present, setNetwork, test, withoutMap } from "./app";
import { drawn } from "./photos";

test.use({ serviceWorkers: "allow", viewport: { width: 390, height: 844 }, hasTouch: true });

// Each opens the page several times and waits until its files are kept.
test.describe.configure({ timeout: 60_000 });

/** Told apart from reports of an earlier run on the same server. */
const run = Date.now().toString(36);

interface Case {
  id: string;
  properties: { status: string; description?: string; history?: { type: string; note?: string; at: string; occurred_at?: string; actor?: string }[] };
}

const listOf = (page: Page) => page.getByRole("complementary", { name: "待办事件" });
const caseOf = (page: Page) => page.getByRole("complementary", { name: "事件详情" });
const question = (page: Page) => page.getByRole("dialog");
const badge = (page: Page) => page.locator(".sync-badge");
const items = (page: Page) => page.locator(".sync-item");

/** Takes the map away, which is drawn in software here, and what a test brings about itself out of the faults. */
async function prepare(context: BrowserContext, faults: string[]): Promise<void> {
  await withoutMap(context);
  const push = faults.push.bind(faults);
  const own = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of (401|404|409|412)/;
  Object.defineProperty(faults, "push", { configurable: true, value: (...all: string[]) => push(...all.filter((f) => !own.test(f))) });
}

/** Asks the server as another person. */
async function as(page: Page, login: Login): Promise<APIRequestContext> {
  const api = await request.newContext({ baseURL: new URL(page.url()).origin });
  expect((await api.post("/api/v1/session", { data: { login, password: password() } })).status()).toBe(200);
  return api;
}

/** Gives what the server has of a report. */
async function read(page: Page, id: string): Promise<Case["properties"]> {
  const api = await as(page, "dispatcher");
  const answer = (await (await api.get(`/api/v1/reports/${id}`)).json()) as Case;
  await api.dispose();
  return answer.properties;
}

/** The comments of a report with these words. */
const comments = (p: Case["properties"], note: string) => present(p.history, "history").filter((h) => h.type === "comment" && h.note === note);

async function openField(page: Page, id = ""): Promise<void> {
  await page.goto("about:blank");
  await page.goto(`/#view=field${id === "" ? "" : `&report=${id}`}`);
  await expect(id === "" ? page.getByRole("heading", { level: 2, name: "我的辖区" }) : caseOf(page).getByRole("button", { name: "补充说明", exact: true })).toBeVisible();
}

/** Signs in as the officer of a country grid, with a report there, and waits until the page is kept. */
async function enter(page: Page, context: BrowserContext, faults: string[], description: string, keeps = true): Promise<{ id: string; at: { lon: number; lat: number } }> {
  await prepare(context, faults);
  const who = await signIn(context, "village");
  const [kind, code] = present(who.scope.areas[0], "area").split(":");
  const found = (await (await context.request.get(`/api/v1/search?q=${code}&limit=100`)).json()) as { features: { geometry: { coordinates: [number, number] }; properties: { kind: string; code: string } }[] };
  const [lon, lat] = present(found.features.find((f) => f.properties.kind === kind && f.properties.code === code), "area").geometry.coordinates;
  const sent = await context.request.post("/api/v1/reports", { data: { category: "infrastructure", lon, lat, description: `${description} ${run}` } });
  const { id } = (await sent.json()) as Case;
  await openField(page, id);
  await expect(caseOf(page)).toContainText(description);
  // The list is kept and the page is, with its badge: the network may go.
  await expect(page.locator(".sync-root")).toBeAttached();
  await expect.poll(() => page.evaluate(() => localStorage.getItem("gridpatrol.account") !== null)).toBe(true);
  if (keeps) await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  return { id, at: { lon, lat } };
}

/** Does something to the report that is open. */
async function act(page: Page, what: string, note = ""): Promise<void> {
  await caseOf(page).getByRole("button", { name: what, exact: true }).click();
  if (note !== "") await question(page).getByRole("textbox").fill(note);
  await question(page).getByRole("button", { name: what, exact: true }).click();
}

async function comment(page: Page, note: string): Promise<void> {
  await act(page, "补充说明", note);
  await expect(question(page)).toHaveCount(0);
}

async function openSync(page: Page): Promise<void> {
  await page.goto("/#view=sync");
  await expect(page.getByRole("heading", { level: 1, name: "离线与同步" })).toBeVisible();
}

test("without a network the page opens, work goes on, and all arrives once, in order, with both times", async ({ page, context, faults }) => {
  const { id } = await enter(page, context, faults, "路面塌陷，离线");
  const cdp = await context.newCDPSession(page);
  // Tests run in a private window, which nothing is installed from.
  expect((await cdp.send("Page.getInstallabilityErrors")).installabilityErrors.map((e) => e.errorId)).toEqual(["in-incognito"]);
  const manifest = await cdp.send("Page.getAppManifest");
  expect(manifest.errors).toEqual([]);
  expect(JSON.parse(present(manifest.data, "manifest")) as object).toMatchObject({ name: "网格巡查", display: "standalone" });

  await setNetwork(context, false);
  await expect(badge(page)).toContainText("离线");
  await act(page, "接收");
  await expect(page.getByText("已在本机办理")).toBeVisible();
  await expect(caseOf(page)).toContainText("已办，待发送");
  await act(page, "处置完毕", "已围挡");
  await expect(badge(page)).toContainText("2 件待发送");
  await page.goto("about:blank");
  await page.goto("/#view=field&status=handled");
  await expect(listOf(page)).toContainText("没有网络，内容截至");
  const row = listOf(page).getByRole("link").filter({ hasText: `路面塌陷，离线 ${run}` });
  await expect(row).toContainText("已办，待发送");
  await openSync(page);
  await expect(items(page)).toHaveCount(2);
  expect((await new AxeBuilder({ page }).include("body").analyze()).violations).toEqual([]);
  await page.clock.install();
  await setNetwork(context, true);
  await expect(items(page)).toHaveCount(0);
  await expect(page.getByText("没有待发送的内容")).toBeVisible();
  const { status, history } = await read(page, id);
  expect(status).toBe("handled");
  const own = present(history, "history").filter((h) => h.type === "accept" || h.type === "handle");
  expect(own.map((h) => h.type)).toEqual(["accept", "handle"]);
  for (const h of own) expect(Date.parse(present(h.occurred_at, "time by the phone"))).toBeLessThan(Date.parse(h.at));
  // The databases of the account alone hold what is about people.
  const cached = await page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map((r) => new URL(r.url).pathname)))).flat());
  expect(cached.filter((path) => path.startsWith("/api/")).sort()).toEqual(["/api/v1/app", "/api/v1/categories"]);
  expect(cached).toContain("/");
});

test("two tabs send each thing once, also what was cut off in the middle", async ({ page, context, faults }) => {
  const { id } = await enter(page, context, faults, "两个页面");
  const other = await context.newPage();
  await openField(other, id);
  await expect(caseOf(other)).toContainText("两个页面");
  const keys: string[] = [];
  context.on("request", (r) => {
    if (r.method() === "POST" && r.url().endsWith("/events")) keys.push(present(r.headers()["idempotency-key"], "key"));
  });
  await setNetwork(context, false);
  await comment(page, "甲");
  await comment(other, "乙");
  await comment(page, "丙");
  await setNetwork(context, true);
  await expect(badge(page)).toHaveCount(0);
  await expect(badge(other)).toHaveCount(0);
  expect(new Set(keys).size).toBe(3);
  expect(keys).toHaveLength(3);
  await other.close();

  // The server has it, the phone never hears so, and the page dies.
  let cut: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (cut = resolve));
  await page.route("**/events", async (r) => {
    if (r.request().method() !== "POST") return r.continue();
    await r.fetch();
    cut();
  });
  void act(page, "补充说明", "丁").catch(() => undefined);
  await reached;
  await page.close();
  const next = await context.newPage();
  await openField(next);
  await expect.poll(() => keys.length).toBe(5);
  expect(keys[4]).toBe(keys[3]);
  await expect(badge(next)).toHaveCount(0);
  const after = await read(next, id);
  for (const note of ["甲", "乙", "丙", "丁"]) expect(comments(after, note), note).toHaveLength(1);
});

test("what the server refuses is said with its reason, and corrected or thrown away when asked", async ({ page, context, faults }) => {
  const { id } = await enter(page, context, faults, "先被办理");
  await setNetwork(context, false);
  await act(page, "接收", "我来处理");
  await expect(page.getByText("已在本机办理")).toBeVisible();
  await comment(page, "随后补充");
  const api = await as(page, "dispatcher");
  expect((await api.post(`/api/v1/reports/${id}/events`, { data: { type: "reject", note: "重复" } })).status()).toBe(200);
  await api.dispose();
  await setNetwork(context, true);
  await expect(badge(page)).toContainText("1 件未被接受");
  await badge(page).click();
  await expect(items(page).first()).toContainText(/状态已变动|又有变动/);
  await expect(items(page).nth(1)).toContainText("等前一项改正后发送");
  // The version is looked past by sending it again; then the state is what stands against it.
  const again = items(page).first().getByRole("button", { name: "重新发送" });
  if (await again.isVisible()) await again.click();
  await expect(items(page).first()).toContainText("状态已变动");
  await items(page).first().getByLabel("说明").fill("我来处理，见补充");
  await items(page).first().getByRole("button", { name: "改为补充说明" }).click();
  await expect(items(page)).toHaveCount(0);
  const after = await read(page, id);
  expect(after.status).toBe("rejected");
  for (const note of ["我来处理，见补充", "随后补充"]) expect(comments(after, note), note).toHaveLength(1);

  await setNetwork(context, false);
  await openField(page, id).catch(() => undefined);
  await comment(page, "不要发送");
  await openSync(page);
  await items(page).getByRole("button", { name: "删除" }).click();
  await expect(items(page)).toContainText("删除后不能恢复");
  await items(page).getByRole("button", { name: "删除" }).click();
  await expect(items(page)).toHaveCount(0);
  await setNetwork(context, true);
  expect(comments(await read(page, id), "不要发送")).toHaveLength(0);
});

test("a session that ended keeps the queue; another account neither sees nor sends it; signing out asks", async ({ page, context, faults }) => {
  const { id } = await enter(page, context, faults, "会话结束");
  await setNetwork(context, false);
  await comment(page, "留给我");
  await context.request.delete("/api/v1/session");
  await setNetwork(context, true);
  await expect(badge(page)).toContainText("登录后发送");
  const enterAs = async (login: Login) => {
    await page.goto("about:blank");
    await page.goto("/#view=signin&next=%23view%3Dsync");
    await page.getByLabel("账号").fill(login);
    await page.getByRole("textbox", { name: "密码" }).fill(password());
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: "离线与同步" })).toBeVisible();
  };
  await enterAs("officer");
  await expect(page.getByText("没有待发送的内容")).toBeVisible();
  await context.request.delete("/api/v1/session");
  expect(comments(await read(page, id), "留给我")).toHaveLength(0);
  await enterAs("village");
  await expect.poll(async () => comments(await read(page, id), "留给我").length).toBe(1);

  await openField(page, id);
  await page.route("**/api/v1/reports/*/events", (r) => r.abort());
  await comment(page, "不能丢");
  const leave = async () => {
    await page.getByRole("button", { name: "菜单" }).click();
    await page.getByRole("button", { name: /^退出/ }).click();
  };
  await leave();
  await expect(question(page)).toContainText("还有 1 件没有发送");
  await question(page).getByRole("button", { name: "发送后退出" }).click();
  await expect(question(page)).toContainText("还剩 1 件");
  await question(page).getByRole("button", { name: "不退出" }).click();
  await expect(badge(page)).toContainText("1 件待发送");
  await leave();
  await question(page).getByRole("button", { name: "删除并退出" }).click();
  await question(page).getByRole("button", { name: "确认删除 1 件并退出" }).click();
  await expect(page.getByText("已退出登录")).toBeVisible();
  const left = await page.evaluate(async () => {
    const all: [string, number][] = [];
    for (const { name = "" } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((done) => {
        const asked = indexedDB.open(name);
        asked.onsuccess = () => done(asked.result);
      });
      for (const store of db.objectStoreNames) {
        const n = await new Promise<number>((done) => {
          const asked = db.transaction(store).objectStore(store).count();
          asked.onsuccess = () => done(asked.result);
        });
        if (/-[0-9a-f]{8}-/.test(name)) all.push([name, n]);
      }
      db.close();
    }
    return { all, account: localStorage.getItem("gridpatrol.account") };
  });
  expect(left.account).toBeNull();
  const mine = left.all.filter(([, n]) => n > 0);
  // Of the other account, which never signed out, what says that its outbox is not new.
  expect(mine.filter(([name]) => !name.startsWith("gridpatrol-outbox-") && !name.startsWith("gridpatrol-kept-"))).toEqual([]);
});

test.describe("a full phone", () => {
  // The page's own files would fill it.
  test.use({ serviceWorkers: "block" });

  test("says so at once, keeps what was typed, and takes it without the photo", async ({ page, context, faults, baseURL }) => {
    const cdp = await context.newCDPSession(page);
    // The browser looks seldom at how much room is left: it has to be little from the first.
    await cdp.send("Storage.overrideQuotaForOrigin", { origin: present(baseURL, "origin"), quotaSize: 150_000 });
    const { id } = await enter(page, context, faults, "手机已满", false);
    const photo = await drawn(page, 2000, 1500);
    await setNetwork(context, false);
    await caseOf(page).getByRole("button", { name: "补充说明", exact: true }).click();
    await question(page).getByRole("textbox").fill("满了也不丢");
    await question(page).locator("input[type=file]").setInputFiles({ name: "a.jpg", mimeType: "image/jpeg", buffer: photo });
    await expect(question(page).locator("img")).toBeVisible();
    await question(page).getByRole("button", { name: "补充说明", exact: true }).click();
    await expect(question(page)).toContainText("手机存储已满");
    await expect(question(page).getByRole("textbox")).toHaveValue("满了也不丢");
    await question(page).getByRole("button", { name: "去掉照片", exact: true }).click();
    // What is deleted is not free at once.
    await cdp.send("Storage.overrideQuotaForOrigin", { origin: present(baseURL, "origin"), quotaSize: 3_000_000 });
    await question(page).getByRole("button", { name: "重新发送", exact: true }).click();
    await expect(question(page)).toHaveCount(0);
    await expect(badge(page)).toContainText("1 件待发送");
    await setNetwork(context, true);
    await expect.poll(async () => comments(await read(page, id), "满了也不丢").length).toBe(1);
  });
});

test("an officer's report waits in the officer's queue; a lost store and a wrong clock are said", async ({ page, context, faults }) => {
  const { at } = await enter(page, context, faults, "上报排队");
  await setNetwork(context, false);
  await page.goto("about:blank");
  await page.goto("/#view=report");
  const form = page.getByRole("complementary", { name: "上报隐患" });
  await form.getByRole("textbox", { name: "搜索地点，或输入坐标" }).fill(`${at.lat}, ${at.lon}`);
  await page.keyboard.press("Enter");
  await form.getByRole("button", { name: /下一步/ }).click();
  await form.getByRole("button", { name: "垃圾与环境卫生" }).click();
  await form.getByRole("textbox", { name: "情况说明" }).fill(`垃圾堆积 ${run}`);
  await form.getByRole("button", { name: "发送" }).click();
  await expect(form).toContainText("连不上服务器");
  await expect(badge(page)).toContainText("1 件待发送");
  await setNetwork(context, true);
  await expect(form.getByRole("heading", { level: 2 })).toHaveText("已收到");
  const api = await as(page, "dispatcher");
  const list = (await (await api.get("/api/v1/reports?limit=50")).json()) as { features: Case[] };
  await api.dispose();
  const sent = list.features.filter((f) => f.properties.description === `垃圾堆积 ${run}`);
  expect(sent).toHaveLength(1);
  const created = present((await read(page, present(sent[0], "report").id)).history?.[0], "history");
  expect(created.actor).toBe("officer");

  // The browser made room, and the phone's clock is three minutes fast.
  await page.evaluate(() => {
    const account = (JSON.parse(localStorage.getItem("gridpatrol.account") ?? "{}") as { id: string }).id;
    localStorage.setItem("gridpatrol.outbox", JSON.stringify({ [account]: 2 }));
    return new Promise<void>((done) => {
      const asked = indexedDB.open(`gridpatrol-outbox-${account}`);
      asked.onsuccess = () => {
        const work = asked.result.transaction("kept", "readwrite");
        work.objectStore("kept").clear();
        work.oncomplete = () => done();
      };
    });
  });
  await page.clock.install({ time: Date.now() + 180_000 });
  await page.goto("about:blank");
  await page.goto("/#view=sync");
  await expect(page.getByRole("alert").filter({ hasText: "有 2 件没有发送的内容丢失" })).toBeVisible();
  await expect(page.getByText("比服务器快 3 分钟")).toBeVisible();
});
