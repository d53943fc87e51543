import type { APIRequestContext, BrowserContext } from "@playwright/test";
import { signIn } from "./accounts";
import { expect, locate, present, test, withoutMap } from "./app";
import { violations } from "./axe";

interface Said {
  area: { code: string; name: string };
  unmerged_m2: number;
  share: number;
  visits: number;
  parts: { kind: string; code: string; name: string; visits: number }[];
  unseen: { name: string }[];
  cells: { h3: string }[];
}

/** The chief of a grid in the country, and where it lies. */
interface Chief {
  phone: APIRequestContext;
  person: string;
  grid: string;
  at: [number, number];
}

async function chief(other: BrowserContext): Promise<Chief> {
  const me = await signIn(other, "village");
  const grid = present(me.scope.areas.find((a) => a.startsWith("grid:")), "grid of the chief").slice("grid:".length);
  const hit = await other.request.get(`/api/v1/search?q=${grid}`);
  const { features } = (await hit.json()) as { features: { geometry: { coordinates: [number, number] }; properties: { kind?: string; code?: string } }[] };
  const at = present(features.find((f) => f.properties.kind === "grid" && f.properties.code === grid), "place in the grid").geometry.coordinates;
  return { phone: other.request, person: present(me.person, "person of the chief").id, grid, at };
}

async function coverage(request: APIRequestContext, grid: string): Promise<Said> {
  const answer = await request.get(`/api/v1/areas/grid/${grid}/coverage`);
  expect(answer.status()).toBe(200);
  return (await answer.json()) as Said;
}

/** Walks 500 m to the east in six minutes, on a patrol that began a while ago. */
async function walk(c: Chief): Promise<string> {
  const began = Date.now() - 30 * 60_000;
  const iso = (t: number) => new Date(t).toISOString();
  const post = async (path: string, data: unknown, type = "application/json") => {
    const answer = await c.phone.post(path, { data: typeof data === "string" ? data : JSON.stringify(data), headers: { "Content-Type": type } });
    expect(answer.status(), await answer.text()).toBeLessThan(300);
    return answer;
  };
  const made = await post("/api/v1/patrols", { area: `grid:${c.grid}`, team: [c.person], planned_start: iso(began), planned_end: iso(began + 7_200_000) });
  const { id } = (await made.json()) as { id: string };
  await post(`/api/v1/patrols/${id}/start`, { at: iso(began) });
  const lines = Array.from({ length: 73 }, (_, i) => JSON.stringify({ t: iso(began + i * 5_000), lon: c.at[0] + (i * 7) / 80_700, lat: c.at[1], accuracy_m: 6, speed_mps: 1.4 }));
  // The second half comes first.
  await post(`/api/v1/patrols/${id}/track`, lines.slice(36).join("\n"), "application/x-ndjson");
  await post(`/api/v1/patrols/${id}/track`, lines.slice(0, 40).join("\n"), "application/x-ndjson");
  await post(`/api/v1/patrols/${id}/end`, {});
  return id;
}

test("what a patrol saw stands in numbers, in the table and in files, and what nobody saw beside it", async ({ page, context, browser }) => {
  const other = await browser.newContext();
  const c = await chief(other);
  await withoutMap(context);
  await signIn(context, "dispatcher");
  const before = await coverage(context.request, c.grid);
  await page.goto(`/#view=coverage&area=grid:${c.grid}&swath=50`);
  const card = page.getByRole("complementary", { name: "巡查覆盖" });
  await expect(card.getByRole("heading", { level: 2, name: before.area.name })).toBeVisible();
  await expect(card.getByRole("heading", { name: "没有看到的地方" })).toBeVisible();
  await walk(c);
  await expect.poll(async () => (await coverage(context.request, c.grid)).unmerged_m2, { timeout: 8_000 }).toBeGreaterThan(before.unmerged_m2 + 5_000);
  // Patrols are heard of, and added up anew; a reload is no slower than waiting.
  const answer = page.waitForResponse((r) => r.url().includes(`/grid/${c.grid}/coverage?`));
  await page.reload();
  const said = (await (await answer).json()) as Said;
  expect(said.cells.length).toBeGreaterThan(2);
  await expect(card.locator(".coverage-share b")).toHaveText(`${new Intl.NumberFormat("zh-CN", { maximumFractionDigits: said.share < 0.1 ? 1 : 0 }).format(100 * said.share)}%`);
  await expect(card.getByText("24 小时内").first()).toBeVisible();
  await expect(card.getByText(`${said.visits} 次`)).toBeVisible();
  expect(await violations(page, ".panel.coverage")).toEqual([]);

  // By visits, the most first.
  const seen = present(said.parts.filter((p) => p.kind === "village_group" && p.visits > 0).sort((a, b) => b.visits - a.visits || (a.code < b.code ? -1 : 1))[0], "group that was visited");
  const rows = card.locator(".coverage-parts tbody tr");
  await card.getByRole("button", { name: "到访" }).click();
  await card.getByRole("button", { name: "到访" }).click();
  await expect(page).toHaveURL(/sort=visits-down/);
  await expect(rows.first()).toContainText(seen.name);
  await expect(card.locator(".coverage-unseen")).toContainText(`${said.parts.length} 个中有 ${said.unseen.length} 个`);

  // A part is looked at by itself, from an address that can be sent.
  await rows.first().getByRole("link").click();
  await expect(card.getByRole("heading", { level: 2, name: seen.name })).toBeVisible();
  await expect(page).toHaveURL(/area=village_group:/);
  await page.goBack();
  await card.getByRole("radio", { name: "自选日期" }).check();
  await expect(page).toHaveURL(/from=\d{4}-\d\d-\d\d/);
  const [file] = await Promise.all([page.waitForEvent("download"), card.getByRole("link", { name: "CSV" }).click()]);
  expect(file.suggestedFilename()).toContain(`coverage-grid-${c.grid}`);
  await other.close();
});

test("coverage is drawn where patrols were, by cells and by parts", async ({ page, context }) => {
  await signIn(context, "dispatcher");
  const tile = page.waitForResponse((r) => /\/tiles\/coverage\/.*\.mvt\?from=/.test(r.url()));
  await page.goto("/#view=coverage&days=30&lang=en");
  expect((await tile).status()).toBeLessThan(300);
  const card = page.getByRole("complementary", { name: "Patrol coverage" });
  await expect(card.getByText("Days since the last visit")).toBeVisible();
  const shapes = page.waitForResponse((r) => r.url().includes("/api/v1/areas/grid?bbox="));
  await card.getByRole("radio", { name: "Areas" }).check();
  expect((await shapes).status()).toBe(200);
  await expect(card.getByText("not visited in this time")).toBeVisible();
});

test("coverage is for who looks after patrols, each in the own areas", async ({ page, context, browser }) => {
  await withoutMap(context);
  await signIn(context, "consumer");
  await page.goto("/#view=coverage");
  await expect(page.getByText("您的账号看不到巡查覆盖。")).toBeVisible();
  expect((await context.request.get("/tiles/coverage/10/869/374.mvt")).status()).toBe(403);
  const other = await browser.newContext();
  const c = await chief(other);
  const elsewhere = present((await locate(page, 125.66, 43.52)).areas["grid"], "grid of the town");
  expect(elsewhere.code).not.toBe(c.grid);
  expect((await other.request.get(`/api/v1/areas/grid/${elsewhere.code}/coverage`)).status()).toBe(404);
  await coverage(other.request, c.grid);
  await other.close();
});

test("the heat map holds reports against patrol hours", async ({ page, context }) => {
  await withoutMap(context);
  await signIn(context, "dispatcher");
  const asked = page.waitForRequest((r) => r.url().endsWith("/api/v1/hotspots") && (r.postData() ?? "").includes('"exposure":"patrol_hour"'));
  await page.goto("/#view=heat&by=rate");
  const heat = page.getByRole("complementary", { name: "上报热力图" });
  await heat.getByRole("radio", { name: "巡查小时" }).check();
  expect((await (await asked).response())?.status()).toBe(200);
  await expect(page).toHaveURL(/per=hour/);
  await expect(heat.getByText(/这段时间/).last()).toBeVisible();
  expect(await violations(page, ".panel.heat")).toEqual([]);
});
