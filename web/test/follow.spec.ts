import type { BrowserContext, Page } from "@playwright/test";
import { signIn } from "./accounts";
import { violations } from "./axe";
import { expect, locate, present, test } from "./app";

interface Sent {
  id: string;
  properties: { follow_secret: string; assignees: { post: string; name?: string }[] };
}

const words = "楼道口堆了三天垃圾";

async function send(page: Page, lon: number, lat: number): Promise<Sent> {
  const answer = await page.request.post("/api/v1/reports", { data: { category: "garbage_environment", description: words, lon, lat } });
  expect(answer.status()).toBe(201);
  return (await answer.json()) as Sent;
}

function linkOf(sent: Sent): string {
  return `/#view=follow&id=${sent.id}&secret=${sent.properties.follow_secret}`;
}

/** Finds a place in a grid: the middle of a row of places across its box that lies in it. */
async function placeIn(page: Page, grid: string): Promise<{ lon: number; lat: number }> {
  const answer = await page.request.get(`/api/v1/areas/grid/${grid}`);
  const { geometry } = (await answer.json()) as { geometry: { coordinates: [number, number][][][] } };
  const ring = present(geometry.coordinates[0]?.[0], "ring");
  const [lons, lats] = [ring.map((p) => p[0]), ring.map((p) => p[1])];
  for (let i = 1; i < 12; i++) {
    const lon = Math.min(...lons) + ((Math.max(...lons) - Math.min(...lons)) * i) / 12;
    const lat = Math.min(...lats) + ((Math.max(...lats) - Math.min(...lats)) * 6) / 12;
    if ((await locate(page, lon, lat)).areas["grid"]?.code === grid) return { lon, lat };
  }
  throw new Error(`no place found in grid ${grid}`);
}

async function act(context: BrowserContext, id: string, event: Record<string, string>): Promise<void> {
  const answer = await context.request.post(`/api/v1/reports/${id}/events`, { data: event });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** Makes the browser one without WebGL: what is tested needs no map, which takes its time. */
async function withoutMap(page: Page): Promise<void> {
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
}

test("what the officer does is seen as it happens, and read out", async ({ page, browser, baseURL }) => {
  const office = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  const me = await signIn(office, "officer");
  const { lon, lat } = await placeIn(page, present(me.scope.areas[0], "grid").replace("grid:", ""));
  const sent = await send(page, lon, lat);
  const asked: string[] = [];
  page.on("request", (r) => asked.push(`${r.url().split("#")[0]} ${r.headers()["referer"] ?? ""}`));
  const listening = page.waitForResponse((r) => r.url().includes(`/api/v1/events?report=${sent.id}`));
  await page.goto(linkOf(sent));
  const card = page.getByRole("complementary", { name: "上报进度" });
  await expect(card.getByRole("heading", { level: 2 })).toHaveText("垃圾与环境卫生");
  await expect(card).toContainText(words);
  await expect(card).toContainText(present(sent.properties.assignees[0]?.name, "chief"));
  const here = card.locator('[aria-current="step"]');
  await expect(here).toContainText("已派遣");
  expect((await listening).status()).toBe(200);
  await expect(card).toContainText("有进展会自动显示");
  await act(office, sent.id, { type: "accept" });
  await expect(here).toContainText("已接收", { timeout: 5_000 });
  await expect(page.getByRole("status").filter({ hasText: "有新进展" })).toHaveText("有新进展：已接收");
  await act(office, sent.id, { type: "handle", note: "已清理干净" });
  await expect(here).toContainText("已处置", { timeout: 5_000 });
  await expect(card).toContainText("已清理干净");
  // The secret is behind the # of the page, which stays in the browser, and in no request's address.
  expect(asked.filter((a) => a.includes(sent.properties.follow_secret))).toEqual([]);
  expect(await page.title()).not.toContain(sent.properties.follow_secret);
  await office.close();
});

test("a rejected report is shown as what it is", async ({ page, browser, baseURL }) => {
  await withoutMap(page);
  const office = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  await signIn(office, "dispatcher");
  const sent = await send(page, 125.7, 43.6);
  await act(office, sent.id, { type: "reject", note: "不在本区管理范围" });
  await page.goto(linkOf(sent));
  const card = page.getByRole("complementary", { name: "上报进度" });
  await expect(card.locator('[aria-current="step"]')).toContainText("不予立案");
  await expect(card).toContainText("不在本区管理范围");
  await expect(card.getByRole("list", { name: "办理进度" })).not.toContainText("已结案");
  await office.close();
});

test("a wrong link is said to be wrong", async ({ page, faults }) => {
  await withoutMap(page);
  const sent = await send(page, 125.7, 43.6);
  await page.goto(`/#view=follow&id=${sent.id}&secret=${"A".repeat(43)}`);
  await expect(page.getByText("请检查链接是否完整")).toBeVisible();
  await page.goto(`/#view=follow&id=${sent.id}`);
  await expect(page.getByText("链接里没有口令")).toBeVisible();
  // The browser says of its own accord that an answer was 404: once, for nothing is asked again.
  expect(faults.splice(0)).toEqual([expect.stringContaining("404")]);
});

test("without a link, the reports of this device are listed", async ({ page }) => {
  await withoutMap(page);
  const sent = await send(page, 125.7, 43.6);
  await page.goto("/#view=follow");
  await expect(page.getByText("还没有从这台设备上报过")).toBeVisible();
  const mine = [{ id: sent.id, secret: sent.properties.follow_secret, category: "garbage_environment", at: new Date().toISOString() }];
  await page.evaluate((m) => localStorage.setItem("gridpatrol-mine", m), JSON.stringify(mine));
  await page.reload();
  const line = page.getByRole("listitem").filter({ hasText: "垃圾与环境卫生" });
  await expect(line).toContainText("待接收");
  await line.getByRole("link").click();
  await expect(page.getByRole("complementary", { name: "上报进度" })).toContainText(words);
});

test("without WebGL the page stands alone, and axe finds nothing in it", async ({ page }) => {
  await withoutMap(page);
  await page.goto(linkOf(await send(page, 125.7, 43.6)));
  await expect(page.getByRole("complementary", { name: "上报进度" })).toContainText(words);
  await expect(page.locator("canvas")).toHaveCount(0);
  expect(await violations(page, ".follow")).toEqual([]);
});
