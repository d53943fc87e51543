import { request, type Locator, type Page, type Route } from "@playwright/test";
import { password } from "./accounts";
import { expect, locate, near, present, test } from "./app";
import { violations } from "./axe";
import { drawn, withExif } from "./photos";

// In a country grid, two kilometres from its edge.
const lon = 125.7;
const lat = 43.6;

const form = (page: Page) => page.getByRole("complementary", { name: "上报隐患" });
const button = (page: Page, name: string) => form(page).getByRole("button", { name });
const find = (page: Page) => form(page).getByRole("textbox", { name: "搜索地点，或输入坐标" });
const send = (page: Page) => button(page, "发送");

/** Opens the form where the map never comes: it is the form on a slow line, and quick to test. */
async function openWithoutMap(page: Page, faults: string[], address = "#view=report"): Promise<void> {
  await page.route(/\/assets\/mappage-.*\.js/, (r) => r.abort());
  await page.goto(`/${address}`);
  await expect(find(page)).toBeVisible();
  forgive(faults, /ERR_FAILED/);
}

/** What a test brings about itself is no fault of the page. */
function forgive(faults: string[], what: RegExp): void {
  const push = faults.push.bind(faults);
  // Not enumerable: the list is compared with an empty one at the end.
  Object.defineProperty(faults, "push", { configurable: true, value: (...all: string[]) => push(...all.filter((f) => !what.test(f))) });
  faults.splice(0, faults.length, ...faults.filter((f) => !what.test(f)));
}

/** Gives a place by coordinates. */
async function give(page: Page, atLon: number, atLat: number): Promise<void> {
  await find(page).fill(`${atLat}, ${atLon}`);
  await find(page).press("Enter");
}

/** Goes from the first question to the last. */
async function toLast(page: Page, category = "垃圾与环境卫生"): Promise<void> {
  await form(page).getByRole("button", { name: /下一步/ }).click();
  await button(page, category).click();
  await expect(form(page).getByRole("textbox", { name: "情况说明" })).toBeVisible();
}

/** Sends, and gives what the server answered. */
async function sent(page: Page, press: () => Promise<void> = () => send(page).click()): Promise<{ id: string; geometry: { coordinates: number[] }; properties: Record<string, unknown> & { photos?: { width: number; height: number }[]; areas: Record<string, { code: string } | null> } }> {
  const answer = page.waitForResponse((r) => r.url().endsWith("/api/v1/reports") && r.request().method() === "POST" && r.status() === 201);
  await press();
  await expect(form(page).getByRole("heading", { level: 2 })).toHaveText("已收到");
  return (await (await answer).json()) as Awaited<ReturnType<typeof sent>>;
}

/** How many reports the server has with these words, asked as a dispatcher. */
async function count(page: Page, words: string): Promise<number> {
  const api = await request.newContext({ baseURL: new URL(page.url()).origin });
  const session = await api.post("/api/v1/session", { data: { login: "dispatcher", password: password() } });
  expect(session.status()).toBe(200);
  const list = (await (await api.get("/api/v1/reports?limit=200")).json()) as { features: { properties: { description?: string } }[] };
  await api.dispose();
  return list.features.filter((f) => f.properties.description === words).length;
}

/** Goes with the Tab key to something. */
async function tabTo(page: Page, to: Locator): Promise<void> {
  for (let i = 0; i < 40; i++) {
    if (await to.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("the Tab key does not lead there");
}

test("a report is sent by keyboard alone, and axe finds nothing on the way", async ({ page, faults }) => {
  const words = `keyboard ${Date.now()}`;
  await openWithoutMap(page, faults);
  const heading = form(page).getByRole("heading", { level: 2 });
  await expect(heading).toBeFocused();
  await tabTo(page, find(page));
  await page.keyboard.type(`${lat},${lon}`);
  await page.keyboard.press("Enter");
  await expect(form(page)).toContainText("平湖街道");
  expect(await violations(page)).toEqual([]);
  await tabTo(page, form(page).getByRole("button", { name: /下一步/ }));
  await page.keyboard.press("Enter");
  await expect(heading).toHaveText("是哪类情况？");
  await expect(heading).toBeFocused();
  await tabTo(page, form(page).getByRole("textbox", { name: "查找类别" }));
  await page.keyboard.type("垃圾");
  await expect(form(page).getByRole("listitem")).toHaveCount(1);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect(heading).toHaveText("拍照、说明");
  await expect(heading).toBeFocused();
  await tabTo(page, form(page).getByRole("textbox", { name: "情况说明" }));
  await page.keyboard.type(words);
  expect(await violations(page)).toEqual([]);
  await tabTo(page, send(page));
  const report = await sent(page, () => page.keyboard.press("Enter"));
  await expect(heading).toBeFocused();
  await expect(form(page)).toContainText(report.id);
  await expect(form(page)).toContainText("网格长");
  await expect(form(page)).toContainText(/\d小时后|明天|后天|\d天后|分钟后/);
  expect(await violations(page)).toEqual([]);
  expect(await count(page, words)).toBe(1);
});

test("near an edge the other side is offered, and the report ends there", async ({ page, faults }) => {
  await openWithoutMap(page, faults);
  const { areas } = await locate(page, lon, lat);
  const edge = await near(page, present(areas.grid, "grid").code);
  await give(page, edge.lon, edge.lat);
  const sides = form(page).getByRole("group", { name: "离边界很近，隐患在哪一侧？" });
  const other = sides.getByRole("radio", { checked: false }).first();
  const code = present(await other.getAttribute("value"), "code of the other grid");
  await other.check();
  await expect(sides).toContainText(/位置已移动 .* 米/);
  await expect(sides.getByRole("radio", { checked: true })).toHaveValue(code);
  await toLast(page);
  const { properties, geometry } = await sent(page);
  expect(properties.areas.grid?.code).toBe(code);
  expect(geometry.coordinates).not.toEqual([edge.lon, edge.lat]);
});

test("the crosshair on the map is the place, and the place is named as the map moves", async ({ page }) => {
  await page.goto(`/#view=report&map=15.00/${lat}/${lon}`);
  await expect(page.locator(".aim svg")).toBeVisible();
  const here = present((await locate(page, lon, lat)).areas.grid, "grid").name;
  await expect(form(page)).toContainText(here);
  expect(await violations(page)).toEqual([]);
  const canvas = page.locator("canvas.maplibregl-canvas");
  await canvas.focus();
  for (let i = 0; i < 3; i++) await canvas.press("Shift+ArrowUp");
  for (let i = 0; i < 6; i++) await canvas.press("ArrowUp");
  const aim = present(await page.locator(".aim svg").boundingBox(), "crosshair");
  const sheet = present(await form(page).boundingBox(), "sheet");
  expect(aim.y + aim.height).toBeLessThan(sheet.y);
  await toLast(page);
  const { geometry } = await sent(page);
  expect(geometry.coordinates[1]).toBeGreaterThan(lat + 0.001);
  expect(geometry.coordinates[0]).toBeCloseTo(lon, 4);
});

test.describe("where the own position may be asked for", () => {
  test.use({ geolocation: { longitude: lon, latitude: lat, accuracy: 25 }, permissions: ["geolocation"] });

  test("the form begins there, and says how sure it is", async ({ page, faults }) => {
    await openWithoutMap(page, faults);
    await expect(form(page)).toContainText("我的位置，误差约 25 米");
    await toLast(page);
    const { properties, geometry } = await sent(page);
    expect(geometry.coordinates).toEqual([lon, lat]);
    expect(properties["accuracy_m"]).toBe(25);
  });
});

test("what could not be sent is kept, also by a reload, and arrives once whichever answer was lost", async ({ page, faults }) => {
  await openWithoutMap(page, faults);
  forgive(faults, /ERR_FAILED|ERR_CONNECTION/);
  const words = `once ${Date.now()}`;
  const keys: (string | undefined)[] = [];
  let attempt = 0;
  const lose = async (route: Route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    // The first never arrives. The second does, and its answer is lost.
    if (++attempt === 2) await route.fetch();
    await route.abort();
  };
  await page.route("**/api/v1/reports", lose);
  await give(page, lon, lat);
  await toLast(page);
  await form(page).locator("input[type=file]").setInputFiles({ name: "a.jpg", mimeType: "image/jpeg", buffer: await drawn(page, 400, 300) });
  await expect(form(page).getByRole("img", { name: "照片 1" })).toBeVisible();
  await form(page).getByRole("textbox", { name: "情况说明" }).fill(words);
  await send(page).click();
  await expect(form(page)).toContainText("连不上服务器。内容和照片都已保存在本机。");
  await expect(form(page)).toContainText(/\d 秒后自动重试/);
  await button(page, "立即重试").click();
  await expect.poll(() => attempt).toBe(2);
  await expect(form(page)).toContainText(/\d+ 秒后自动重试/);
  expect(await count(page, words)).toBe(1);
  await page.unroute("**/api/v1/reports", lose);
  const again = page.waitForResponse((r) => r.url().endsWith("/api/v1/reports") && r.request().method() === "POST");
  await page.reload();
  const answer = await again;
  keys.push(answer.request().headers()["idempotency-key"]);
  expect(answer.headers()["idempotency-replayed"]).toBe("true");
  expect(new Set(keys).size).toBe(1);
  expect(keys).toHaveLength(3);
  expect(await count(page, words)).toBe(1);
  const { id } = (await answer.json()) as { id: string };
  await expect.poll(() => page.evaluate(() => localStorage.getItem("gridpatrol-mine"))).toContain(id);
  // The page that was loaded again goes on where it was.
  await expect(form(page)).toContainText(id);
});

test("a draft outlives the page", async ({ page, faults }) => {
  await openWithoutMap(page, faults);
  await give(page, lon, lat);
  await toLast(page);
  await form(page).getByRole("textbox", { name: "情况说明" }).fill("写到一半");
  await page.waitForTimeout(400); // it is kept a quarter of a second after the last key
  await page.reload();
  await expect(form(page).getByRole("textbox", { name: "情况说明" })).toHaveValue("写到一半");
});

test("a photo of 12 megapixels is sent small and upright, and its own place is offered", async ({ page, faults }) => {
  await openWithoutMap(page, faults);
  await give(page, lon, lat);
  await toLast(page);
  const taken = new Date(Date.now() - 3_600_000);
  const clock = new Date(taken.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replaceAll("-", ":").replace("T", " ");
  // The camera was held upright: what it wrote lies on its side.
  const photo = withExif(await drawn(page, 4000, 3000), { orientation: 6, taken: clock, lon: lon + 0.003, lat });
  await form(page).locator("input[type=file]").setInputFiles({ name: "IMG_1.JPG", mimeType: "image/jpeg", buffer: photo });
  await expect(form(page)).toContainText("照片拍摄于 242 米外");
  await button(page, "用照片的位置").click();
  await expect(button(page, "用照片的位置")).toBeHidden();
  const upload = page.waitForRequest((r) => r.url().endsWith("/api/v1/reports") && r.method() === "POST");
  const { properties, geometry } = await sent(page);
  const [stored] = present(properties.photos, "photos");
  expect(present(stored, "photo").width).toBeLessThan(present(stored, "photo").height);
  expect(photo.length).toBeGreaterThan(1_000_000);
  expect((await (await upload).sizes()).requestBodySize).toBeLessThan(700_000);
  expect(geometry.coordinates[0]).toBeCloseTo(lon + 0.003, 6);
  expect(Math.abs(Date.parse(String(properties["observed_at"])) - taken.getTime())).toBeLessThan(1000);
});

test("what is no photo is not added, and one that the server cannot read is refused in words", async ({ page, faults }) => {
  await openWithoutMap(page, faults);
  forgive(faults, /status of 422/);
  await give(page, lon, lat);
  await toLast(page);
  const files = form(page).locator("input[type=file]");
  await files.setInputFiles({ name: "notes.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture at all") });
  await expect(form(page)).toContainText("“notes.jpg”不是能读取的照片");
  await expect(button(page, "删除照片 1")).toBeHidden();
  // It begins as HEIC does, which this browser cannot look into.
  await files.setInputFiles({ name: "torn.heic", mimeType: "image/heic", buffer: Buffer.from("\0\0\0\x18ftypheic and no more") });
  await expect(button(page, "删除照片 1")).toBeVisible();
  await form(page).getByRole("textbox", { name: "情况说明" }).fill("写好的话");
  await send(page).click();
  await expect(form(page).getByRole("alert")).toContainText(/照片 1 (的格式无法识别|已损坏)/);
  await expect(form(page).getByRole("textbox", { name: "情况说明" })).toHaveValue("写好的话");
  await button(page, "删除照片 1").click();
  await sent(page);
});

test("a position that comes late does not move a place that was given meanwhile", async ({ page, faults }) => {
  await page.addInitScript(() => {
    navigator.geolocation.getCurrentPosition = (take) => {
      addEventListener("late", () => take({ coords: { longitude: 125.6, latitude: 43.55, accuracy: 20 } } as GeolocationPosition));
    };
  });
  await openWithoutMap(page, faults);
  await button(page, "用我的位置").click();
  await give(page, lon, lat);
  await page.evaluate(() => dispatchEvent(new Event("late")));
  await toLast(page);
  const { geometry } = await sent(page);
  expect(geometry.coordinates).toEqual([lon, lat]);
});

test("a telephone number from a Chinese keyboard is taken, and a double click on sending stays with the receipt", async ({ page, faults }) => {
  await openWithoutMap(page, faults);
  await give(page, lon, lat);
  await toLast(page);
  await form(page).getByText("留下联系方式").click();
  await form(page).getByLabel("电话").fill("电话：（０４３１）８８８８－１２３４，找老王");
  const upload = page.waitForRequest((r) => r.url().endsWith("/api/v1/reports") && r.method() === "POST");
  await sent(page, () => send(page).dblclick());
  expect((await upload).postDataJSON()).toMatchObject({ reporter: { phone: "(0431)8888-1234" } });
});

test("outside the district it is said so, and nothing can be sent", async ({ page, faults }) => {
  await openWithoutMap(page, faults);
  await give(page, 125.7, 44.2);
  await expect(form(page)).toContainText("不在本区范围内");
  await expect(form(page).getByRole("button", { name: /下一步/ })).toBeDisabled();
  await give(page, lon, lat);
  await expect(form(page)).toContainText("平湖街道");
  await expect(form(page).getByRole("button", { name: /下一步/ })).toBeEnabled();
});

test("the map's button and a chosen place lead to the form", async ({ page }) => {
  await page.goto(`/#map=15/${lat}/${lon}&at=${lat},${lon}`);
  await page.getByRole("link", { name: "在此上报隐患" }).click();
  await expect(form(page).getByRole("heading", { level: 2 })).toHaveText("隐患在哪里？");
  await expect(form(page)).toContainText("平湖街道");
  await button(page, "关闭").click();
  await expect(page.getByRole("link", { name: "上报隐患", exact: true })).toBeVisible();
});
