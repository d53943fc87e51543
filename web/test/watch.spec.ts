import type { APIRequestContext, BrowserContext, Page } from "@playwright/test";
import { signIn } from "./accounts";
import { expect, present, share, test, withoutMap } from "./app";
import { violations } from "./axe";

interface Planned {
  id: string;
  area: { code: string };
  team: { person: string }[];
}

interface Place {
  lon: number;
  lat: number;
}

async function asked<T>(request: APIRequestContext, path: string): Promise<T> {
  const answer = await request.get(path);
  expect(answer.status(), path).toBe(200);
  return (await answer.json()) as T;
}

/** Signs the officer in beside whoever tests, and gives who that is and where. */
async function officer(other: BrowserContext): Promise<{ person: string; name: string; grid: string; at: Place }> {
  const me = await signIn(other, "officer");
  const { id, name } = present(me.person, "person of the officer");
  const grid = present(me.scope.areas.find((a) => a.startsWith("grid:")), "grid of the officer").slice("grid:".length);
  const { features } = await asked<{ features: { geometry: { coordinates: [number, number] }; properties: { kind?: string; code?: string } }[] }>(other.request, `/api/v1/search?q=${grid}`);
  const [lon, lat] = present(features.find((f) => f.properties.kind === "grid" && f.properties.code === grid), "place in the grid").geometry.coordinates;
  return { person: id, name, grid, at: { lon, lat } };
}

const sheet = (page: Page) => page.locator(".panel.patrols");

/** Has the officer's phone begin a patrol so many minutes ago, as one without signal says it later. */
async function start(phone: APIRequestContext, id: string, minutes: number): Promise<number> {
  const at = Date.now() - minutes * 60_000;
  const answer = await phone.post(`/api/v1/patrols/${id}/start`, { data: { at: new Date(at).toISOString() } });
  expect(answer.status(), await answer.text()).toBe(200);
  return at;
}

/** Has the phone send where it was. */
async function fix(phone: APIRequestContext, id: string, at: number, { lon, lat }: Place): Promise<void> {
  const line = JSON.stringify({ t: new Date(at).toISOString(), lon, lat, accuracy_m: 8 });
  const answer = await phone.post(`/api/v1/patrols/${id}/track`, { headers: { "Content-Type": "application/x-ndjson", "X-Sent-At": new Date().toISOString() }, data: `${line}\n` });
  expect(answer.status(), await answer.text()).toBeLessThan(300);
}

async function end(phone: APIRequestContext, id: string): Promise<void> {
  const answer = await phone.post(`/api/v1/patrols/${id}/end`, { data: {} });
  expect(answer.status(), await answer.text()).toBe(200);
}

test("a patrol is planned with its team, is heard to begin, and is the nearest to a report", async ({ page, context, browser }) => {
  const other = await browser.newContext();
  const { person, name, grid, at } = await officer(other);
  await withoutMap(context);
  await signIn(context, "dispatcher");
  const { request } = context;
  await page.goto("/#view=patrols&id=new");
  await sheet(page).getByLabel("巡查范围").fill(grid);
  await sheet(page).getByRole("button", { name: grid }).first().click();
  await sheet(page).getByRole("checkbox", { name: new RegExp(name) }).check();
  // Now, so that it can begin.
  const [day = "", time = ""] = new Date(Date.now() + 8 * 3_600_000).toISOString().split("T");
  await sheet(page).getByLabel("日期").fill(day);
  await sheet(page).getByLabel("开始").fill(time.slice(0, 5));
  await sheet(page).getByLabel("结束").fill(new Date(Date.now() + 10 * 3_600_000).toISOString().slice(11, 16));
  expect(await violations(page, ".panel.patrols")).toEqual([]);
  await sheet(page).getByRole("button", { name: "安排", exact: true }).click();
  await expect(sheet(page).locator(".patrol-head")).toContainText("待出发");
  await expect(sheet(page)).toContainText(name);
  const id = present(/[#&]id=([0-9a-f-]{36})/.exec(page.url())?.[1], "patrol in the address");
  const planned = await asked<Planned>(request, `/api/v1/patrols/${id}`);
  expect([planned.area.code, ...planned.team.map((m) => m.person)]).toEqual([grid, person]);

  await start(other.request, id, 10);
  // The page hears of it.
  await expect(sheet(page).locator(".patrol-head")).toContainText("巡查中");
  await fix(other.request, id, Date.now() - 1_000, at);
  const sent = await request.post("/api/v1/reports", { data: { category: "fire_safety", description: "x", lon: at.lon + 0.0005, lat: at.lat } });
  expect(sent.status()).toBe(201);
  await page.goto(`/#view=field&report=${((await sent.json()) as { id: string }).id}`);
  await page.getByRole("button", { name: "谁离得最近" }).click();
  const nearest = page.locator(".nearest li").filter({ hasText: name });
  await expect(nearest).toContainText(/\d+ 米/);
  await page.goto("/#view=watch");
  await expect(sheet(page).locator(`.watch-list a[data-id="${id}"]`)).toContainText(/刚刚|前/);
  expect(await violations(page, ".panel.watch")).toEqual([]);
  await end(other.request, id);
  await other.close();
});

test("a checkpoint is made by a tap on the map, changed, and taken out of use", async ({ page, context, browser }) => {
  const other = await browser.newContext();
  const { at } = await officer(other);
  await other.close();
  await signIn(context, "dispatcher");
  const name = `试验锅炉房 ${Date.now() % 100_000}`;
  await page.goto(`/#view=patrols&tab=checkpoints&cp=new&map=16/${at.lat}/${at.lon}`);
  await sheet(page).getByLabel("名称").fill(name);
  await sheet(page).getByLabel("类型").selectOption({ label: "锅炉房" });
  await expect(sheet(page).getByLabel("看什么")).toHaveValue(/值守记录/);
  // Above the sheet.
  await page.locator("canvas.maplibregl-canvas").click({ position: { x: 400, y: 200 } });
  await expect(sheet(page).getByLabel("经度")).toHaveValue(/^125\./);
  await sheet(page).getByRole("button", { name: "新增", exact: true }).click();
  await expect(sheet(page).locator(".patrol-area")).toHaveText(name);
  await expect(sheet(page)).toContainText("从未巡查");
  await sheet(page).getByRole("link", { name: "修改" }).click();
  await sheet(page).getByRole("slider").fill("120");
  await sheet(page).getByLabel("巡查间隔").fill("2");
  await sheet(page).getByRole("button", { name: "保存" }).click();
  await expect(sheet(page)).toContainText("每 2 天");
  await expect(sheet(page)).toContainText("120 米");
  await sheet(page).getByRole("button", { name: "停用" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "停用" }).click();
  await expect(sheet(page).getByRole("link", { name: "新增重点部位" })).toBeVisible();
  await expect(sheet(page)).not.toContainText(name);
});

test("whoever is on patrol moves on the live map as tracks come in", async ({ page, context, browser }) => {
  const other = await browser.newContext();
  const { person, name, grid, at } = await officer(other);
  await signIn(context, "dispatcher");
  const now = Date.now();
  const plan = { area: `grid:${grid}`, team: [person], planned_start: new Date(now).toISOString(), planned_end: new Date(now + 3_600_000).toISOString() };
  const made = await context.request.post("/api/v1/patrols", { data: plan });
  expect(made.status(), await made.text()).toBe(201);
  const { id } = (await made.json()) as Planned;
  const began = await start(other.request, id, 10);
  // Far off at first.
  await fix(other.request, id, began + 30_000, { lon: at.lon + 0.02, lat: at.lat });

  await page.goto(`/#view=watch&map=16/${at.lat - 0.0008}/${at.lon}`);
  const row = sheet(page).locator(".watch-list li").filter({ has: page.locator(`a[data-id="${id}"]`) });
  await expect(row).toContainText(name);
  await expect(row).toContainText("分钟前");
  const canvas = page.locator("canvas.maplibregl-canvas");
  const accent = (r: number, g: number, b: number) => r < 40 && g > 85 && g < 130 && b > 180;
  const before = await share(page, canvas, accent);
  await fix(other.request, id, Date.now() - 1_000, at);
  await expect(row).toContainText(/刚刚|秒前/);
  // The mark has come to where the page looks.
  await expect.poll(() => share(page, canvas, accent)).toBeGreaterThan(before + 0.0005);
  await end(other.request, id);
  await other.close();
});
