import type { BrowserContext, Locator, Page } from "@playwright/test";
import { signIn, type Who } from "./accounts";
import { expect, present, setNetwork, test, withoutMap } from "./app";
import { violations } from "./axe";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, permissions: ["geolocation"] });

/** Told apart from what an earlier run left on the same server. */
const run = Date.now().toString(36);

/** Of a degree of latitude, in metres. */
const degree = 111_320;

interface Place {
  lon: number;
  lat: number;
}

/** What is planned for the test: a patrol of checkpoints in a row to the north, 60 metres apart, the first 30 metres from the start. */
interface Planned {
  id: string;
  start: Place;
  stops: (Place & { name: string })[];
}

const north = (from: Place, metres: number): Place => ({ lon: from.lon, lat: from.lat + metres / degree });

async function areaOf(context: BrowserContext, who: Who): Promise<{ ref: string; middle: Place }> {
  const ref = present(who.scope.areas[0], "area");
  const [kind, code] = ref.split(":");
  const found = await context.request.get(`/api/v1/search?q=${code}&limit=100`);
  const { features } = (await found.json()) as { features: { geometry: { coordinates: [number, number] }; properties: { kind: string; code: string } }[] };
  const [lon, lat] = present(features.find((f) => f.properties.kind === kind && f.properties.code === code), ref).geometry.coordinates;
  return { ref, middle: { lon, lat } };
}

/** Signs the phone in, and has an administrator plan a patrol for whoever it is. */
async function plan(context: BrowserContext, page: Page, count: number): Promise<Planned> {
  const who = await signIn(context, "village");
  const { ref, middle } = await areaOf(context, who);
  // What runs already, as the demo's own may, is ended: one walks one patrol at a time.
  const running = await context.request.get("/api/v1/patrols?state=active&assignee=me");
  for (const p of ((await running.json()) as { patrols: { id: string }[] }).patrols) await context.request.post(`/api/v1/patrols/${p.id}/end`, { data: {} });

  const admin = await present(page.context().browser(), "browser").newContext();
  await signIn(admin, "admin");
  const kinds = (await (await admin.request.get("/api/v1/checkpoint-kinds")).json()) as { kinds: { code: string }[] };
  const stops: Planned["stops"] = [];
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const stop = { ...north(middle, 30 + 60 * i), name: `巡查点${i + 1} ${run}` };
    const made = await admin.request.post("/api/v1/checkpoints", { data: { ...stop, kind: present(kinds.kinds[0], "kind").code, radius_m: 20, look_at: ["门窗是否完好"] } });
    expect(made.status(), await made.text()).toBe(201);
    ids.push(((await made.json()) as { id: string }).id);
    stops.push(stop);
  }
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const made = await admin.request.post("/api/v1/patrols", { data: { area: ref, team: [present(who.person, "person").id], planned_start: at(5), planned_end: at(65), checkpoints: ids, note: run } });
  expect(made.status(), await made.text()).toBe(201);
  const { id } = (await made.json()) as { id: string };
  // They would be asked for by whoever tests after this.
  await admin.close();
  return { id, start: middle, stops };
}

const sheetOf = (page: Page) => page.getByRole("complementary", { name: "巡查任务" });
const question = (page: Page) => page.getByRole("dialog");
const stopOf = (page: Page, n: number) => sheetOf(page).locator(".stop").filter({ hasText: `巡查点${n} ${run}` });

/** Does something to the patrol that is open, as one thumb does. */
async function does(page: Page, name: string, asked: string): Promise<void> {
  await sheetOf(page).getByRole("button", { name, exact: true }).tap();
  await question(page).getByRole("button", { name: asked }).tap();
  await expect(question(page)).toHaveCount(0);
}

/** A walk of the phone: where it is, and every place that it was told to be at. */
class Walker {
  readonly path: Place[] = [];

  constructor(private readonly context: BrowserContext, private readonly page: Page, private at: Place) {}

  /** Is somewhere at once; `told` is whether that is to be recorded. */
  async be(at: Place, told = true): Promise<void> {
    this.at = at;
    if (told) this.path.push(at);
    await this.context.setGeolocation({ longitude: at.lon, latitude: at.lat, accuracy: 5 });
  }

  /** Stays somewhere for as long as makes a visit, and does something meanwhile. */
  async stay(meanwhile: () => Promise<void>): Promise<void> {
    const since = Date.now();
    await this.be(this.at);
    await meanwhile();
    await this.page.waitForTimeout(Math.max(0, 5_200 - (Date.now() - since)));
    await this.be(north(this.at, 1));
    // Nobody leaps away the moment after.
    await this.page.waitForTimeout(450);
  }

  /** Goes north in steps of 15 metres: faster than on foot, slower than what counts as a jump. */
  async north(metres: number): Promise<void> {
    for (let gone = 0; gone < metres; gone += 15) {
      await this.be(north(this.at, Math.min(15, metres - gone)));
      await this.page.waitForTimeout(450);
    }
  }
}

/** The fixes that the server has of a patrol. */
async function fixes(context: BrowserContext, id: string): Promise<Place[]> {
  const answer = await context.request.get(`/api/v1/patrols/${id}/track?raw=true`);
  expect(answer.status(), await answer.text()).toBe(200);
  const { features } = (await answer.json()) as { features: { geometry: { type: string; coordinates: [number, number] } }[] };
  return features.filter((f) => f.geometry.type === "Point").map(({ geometry: { coordinates: [lon, lat] } }) => ({ lon, lat }));
}

const close = (a: Place, b: Place) => Math.abs(a.lat - b.lat) < 2e-7 && Math.abs(a.lon - b.lon) < 2e-7;
const small = (buttons: Locator) => buttons.evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().height < 48).map((e) => e.textContent));

test("a patrol walked by phone: checkpoints, without signal, over a reload and a pause, to its end", async ({ page, context, faults }) => {
  // Staying at two checkpoints takes its time.
  test.setTimeout(60_000);
  await withoutMap(context);
  const planned = await plan(context, page, 2);
  const walker = new Walker(context, page, planned.start);
  await walker.be(planned.start);
  await page.goto("/#view=patrol");
  const list = page.getByRole("complementary", { name: "我的巡查" });
  await expect(list.getByRole("heading", { name: /可以开始/ })).toBeVisible();
  await list.locator(`a[data-id="${planned.id}"]`).tap();
  await expect(stopOf(page, 1)).toContainText("待查");
  await sheetOf(page).getByRole("button", { name: "开始巡查" }).tap();
  await expect(question(page)).toContainText("手机每隔几秒记录一次位置");
  await question(page).getByRole("button", { name: "开始巡查" }).tap();
  await expect(sheetOf(page)).toContainText("正在记录轨迹");
  await walker.north(30);
  await walker.stay(async () => {
    await expect(sheetOf(page)).toContainText("只在巡查进行时记录位置");
    expect(await small(sheetOf(page).locator(".panel-foot .button")), "targets under 48 pixels").toEqual([]);
    await stopOf(page, 1).getByRole("button").first().tap();
    await expect(stopOf(page, 1)).toContainText("门窗是否完好");
  });
  await expect(stopOf(page, 1)).toContainText("已到");
  await expect(stopOf(page, 2)).toContainText("待查");

  await setNetwork(context, false);
  await walker.north(60);
  await walker.stay(async () => {
    await stopOf(page, 2).getByRole("button").first().tap();
    await expect(stopOf(page, 2)).toContainText("米以内停留 5 秒即算到过");
  });
  await expect(stopOf(page, 2)).toContainText("待服务器确认");
  await setNetwork(context, true);

  // The phone throws the page away in the middle of it.
  await page.reload();
  await expect(sheetOf(page)).toContainText("正在记录轨迹");
  await expect(stopOf(page, 2)).toContainText("已到");

  await does(page, "暂停", "暂停巡查");
  await expect(sheetOf(page)).toContainText("已暂停：不记录位置");
  const away = north(planned.start, -200);
  await walker.be(away, false);
  await page.waitForTimeout(300);
  const back = present(planned.stops[1], "stop");
  await walker.be(back, false);
  await does(page, "继续巡查", "继续巡查");
  await walker.north(15);
  await sheetOf(page).getByRole("button", { name: "结束", exact: true }).tap();
  await expect(question(page)).toContainText("离计划结束还有");
  expect(await violations(page, ".confirm")).toEqual([]);
  await question(page).getByRole("button", { name: "结束巡查" }).tap();
  await expect(sheetOf(page)).toContainText("2 个全部到过");
  expect(await violations(page, ".patrol-one")).toEqual([]);

  // The server comes to the same, from all that was sent: once each, and nothing of the pause.
  await expect(async () => {
    const answer = (await (await context.request.get(`/api/v1/patrols/${planned.id}`)).json()) as { state: string; pauses: unknown[]; checkpoints: { visited_at: string | null }[]; distance_m: number };
    expect(answer.state).toBe("done");
    expect(answer.pauses).toHaveLength(1);
    expect(answer.checkpoints.filter((c) => c.visited_at !== null)).toHaveLength(2);
    expect(answer.distance_m).toBeGreaterThan(70);
  }).toPass();
  const had = await fixes(context, planned.id);
  expect(had.filter((f) => close(f, away)), "fixes of the pause").toEqual([]);
  // The browser may have known where it was before the patrol began.
  expect(walker.path.slice(1).filter((p) => !had.some((f) => close(f, p))), "walked and not recorded").toEqual([]);
  expect(had.filter((f) => ![...walker.path, back].some((p) => close(f, p))), "recorded and not walked").toEqual([]);
  expect(faults.splice(0).filter((f) => !/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_INCOMPLETE_CHUNKED_ENCODING/.test(f))).toEqual([]);
});

test("a browser that may not tell where it is: why, and the way out", async ({ page, context }) => {
  await withoutMap(context);
  await context.clearPermissions();
  const planned = await plan(context, page, 1);
  await page.goto(`/#view=patrol&patrol=${planned.id}`);
  await does(page, "开始巡查", "开始巡查");
  await expect(sheetOf(page).getByRole("alert")).toContainText("浏览器不允许读取位置");
  await context.setGeolocation({ longitude: planned.start.lon, latitude: planned.start.lat, accuracy: 90 });
  await context.grantPermissions(["geolocation"]);
  await expect(sheetOf(page)).toContainText("信号弱，误差约 90 米");
  await does(page, "结束", "结束巡查");
  await expect(sheetOf(page)).toContainText("没有到");
});

test("the morning sheet: the most urgent first, a way through it, and GPX", async ({ page, context }) => {
  // With the map, which is drawn in software here.
  test.setTimeout(60_000);
  const who = await signIn(context, "village");
  const { ref } = await areaOf(context, who);
  await page.goto(`/#view=patrol&sheet=${ref}`);
  const sheet = page.getByRole("complementary", { name: "今日巡查单" });
  const places = sheet.locator(".sheet-items").first().locator(".sheet-item");
  await expect(places.first()).toBeVisible();
  const urgent = await places.locator(".sheet-name").allTextContents();
  await sheet.getByRole("button", { name: "顺路走" }).tap();
  await expect(sheet.getByRole("button", { name: "顺路走" })).toHaveAttribute("aria-pressed", "true");
  const walk = await places.locator(".sheet-name").allTextContents();
  expect(walk[0]).toBe(urgent[0]);
  expect([...walk].sort()).toEqual([...urgent].sort());
  const gpx = await context.request.get(present(await sheet.getByRole("link", { name: "GPX" }).getAttribute("href"), "link"));
  expect(gpx.status()).toBe(200);
  expect((await gpx.text()).match(/<wpt /g)?.length).toBeGreaterThanOrEqual(urgent.length);
  expect(await violations(page, ".patrol-sheet")).toEqual([]);
});
