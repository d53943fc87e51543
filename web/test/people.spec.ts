import type { APIRequestContext, BrowserContext } from "@playwright/test";
import { signIn } from "./accounts";
import { violations } from "./axe";
import { expect, present, test } from "./app";

interface Seat {
  seat_id: string;
  post: string;
  areas: { kind: string; code: string; name: string }[];
  holder?: { id: string; name: string };
}

async function asked<T>(request: APIRequestContext, path: string): Promise<T> {
  const answer = await request.get(path);
  expect(answer.status(), path).toBe(200);
  return (await answer.json()) as T;
}

async function change(request: APIRequestContext, ...changes: object[]): Promise<void> {
  const answer = await request.post("/api/v1/roster/changes", { data: { changes } });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** Makes the browser one without WebGL: what is tested needs no map, which takes its time. */
async function withoutMap(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
}

test("a vacant post is found, filled after saying what follows, and taken over with a receipt", async ({ page, context, browser }) => {
  await signIn(context, "admin");
  const { request } = context;
  // Of a grid, which has open reports that go over.
  const { vacancies } = await asked<{ vacancies: Seat[] }>(request, "/api/v1/vacancies");
  const seat = present(vacancies.find((v) => v.areas[0]?.kind === "grid"), "vacancy");
  const area = present(seat.areas[0], "area");
  // One of them at least, whatever the demo's reports are today.
  const { features } = await asked<{ features: { geometry: { coordinates: [number, number] }; properties: { kind?: string; code?: string } }[] }>(request, `/api/v1/search?q=${area.code}`);
  const [lon, lat] = present(features.find((f) => f.properties.kind === "grid" && f.properties.code === area.code), "place in the grid").geometry.coordinates;
  expect((await request.post("/api/v1/reports", { data: { category: "theft_prevention", description: "x", lon, lat } })).status()).toBe(201);
  const other = await browser.newContext();
  for (const c of [context, other]) await withoutMap(c);
  const { person } = await signIn(other, "officer");
  const { id, name } = present(person, "person of the officer");
  await page.goto("/#view=people&tab=vacant");
  await page.getByRole("link", { name: area.name, exact: true }).first().click();
  await page.getByRole("button", { name: "任命", exact: true }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("searchbox").fill(name);
  await dialog.getByRole("radio", { name: name }).filter({ visible: true }).first().check();
  await expect(dialog).toContainText(`改为${name}负责`);
  expect(await violations(page, "dialog")).toEqual([]);
  await dialog.getByRole("button", { name: "任命", exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator(".seat", { hasText: name })).toBeVisible();

  const theirs = await other.newPage();
  await theirs.goto("/#view=field");
  // The demo may have other posts for them to take over.
  const waiting = theirs.getByRole("region", { name: "待确认的交接" }).getByRole("listitem").filter({ hasText: area.name }).filter({ has: theirs.getByRole("button") });
  await waiting.getByRole("button", { name: "确认接收" }).click();
  await expect(waiting).toHaveCount(0);
  const { handovers } = await asked<{ handovers: { seat: Seat; to: { id: string } }[] }>(request, "/api/v1/handovers?state=open");
  expect(handovers.filter((h) => h.seat.seat_id === seat.seat_id && h.to.id === id)).toEqual([]);
  await change(request, { change: "relieve", seat: seat.seat_id });
  await other.close();
});

test("who held a post on a day is one field away, and who held it at all one button", async ({ page, context }) => {
  await withoutMap(context);
  await signIn(context, "admin");
  const { posts } = await asked<{ posts: Seat[] }>(context.request, "/api/v1/posts?post=grid_police");
  const seat = present(posts.findLast((s) => s.holder !== undefined), "seat that is held");
  const before = present(seat.holder, "holder");
  const area = present(seat.areas[0], "area");
  await change(context.request, { change: "appoint", seat: seat.seat_id, person: { name: "接任民警" } });
  await page.goto(`/#view=people&area=grid:${area.code}`);
  const line = page.locator(".seat", { hasText: "网格民警" });
  await expect(line).toContainText("接任民警");
  await line.getByRole("button", { name: "网格民警：历任与办理" }).click();
  await expect(line.locator(".held")).toContainText(["接任民警", before.name]);
  expect(await violations(page, ".people")).toEqual([]);

  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("查看日期").fill(yesterday);
  await expect(line.locator(".person-name")).toHaveText(before.name);
  await expect(page).toHaveURL(new RegExp(`on=${yesterday}`));
  // What was is not changed.
  await expect(line.getByRole("button", { name: "更换" })).toHaveCount(0);

  await page.getByRole("link", { name: "按人员" }).click();
  await page.getByRole("searchbox", { name: "查找人员" }).fill(before.name);
  await page.locator(".people .area-row", { hasText: area.name }).first().click();
  await expect(page.locator(".people")).toContainText("曾任岗位");
  await change(context.request, { change: "appoint", seat: seat.seat_id, person: before.id });
});

test("people without a roster to read are told so, and nobody is asked to sign in", async ({ page, context }) => {
  await withoutMap(context);
  await page.goto("/#view=people");
  await expect(page.getByRole("heading", { name: "需要登录" })).toBeVisible();
  await signIn(context, "consumer");
  await page.reload();
  await expect(page.getByText("您的账号不能查看这里的岗位与人员")).toBeVisible();
});
