import type { Locator, Page } from "@playwright/test";
import { signIn } from "./accounts";
import { expect, present, share, test } from "./app";
import { violations } from "./axe";

interface Cell {
  id: string;
  geometry: { coordinates: [number, number][][] };
  properties: {
    suppressed: boolean;
    count?: number;
    counts?: (number | null)[];
    rate?: number;
    households?: number;
    z_score?: number;
    p_value?: number;
    significant?: boolean;
    analysis_h3?: string;
  };
}

interface Answer {
  resolution: number;
  total: number | null;
  frames?: { from: string; total: number | null }[];
  analysis?: { cells: number; reports: number; significant: number; variable: string; suppressed_as?: number } | null;
  features: Cell[];
}

/** Asks the server itself. */
async function ask(page: Page, question: Record<string, unknown>): Promise<Answer> {
  const answer = await page.request.post("/api/v1/hotspots", { data: question });
  expect(answer.status()).toBe(200);
  return (await answer.json()) as Answer;
}

function card(page: Page): Locator {
  return page.getByRole("complementary", { name: "上报热力图" });
}

/** The resolution that is counted at where openHeat looks. */
const resolution = 7;

/** Makes the browser one without WebGL: what stands on the card is quicker to see without drawing the map. */
async function withoutMap(page: Page): Promise<void> {
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
}

/** Opens the heat map, of the whole district, and waits for its first count. */
async function openHeat(page: Page, params = ""): Promise<Locator> {
  await page.goto(`/#view=heat${params.includes("map=") ? "" : "&map=9.50/43.53000/125.70000"}${params}`);
  const heat = card(page);
  await expect(heat.getByRole("heading", { name: "最集中的地方" })).toBeVisible();
  return heat;
}

/** The numbers of the legend's classes, from the lowest to the highest. */
async function legend(heat: Locator): Promise<number[]> {
  const texts = await heat.locator(".heat-classes li:not(.heat-few)").allTextContents();
  return texts.flatMap((t) => t.split("–").map((n) => Number(n.replaceAll(",", ""))));
}

/** The cell of a row of the table, the first of which are names, in a column. */
function inColumn(heat: Locator, row: number, column: "件数" | "每千户" | "户数" | "z 值" | "p 值" | "显著性"): Locator {
  const columns = ["所在", "件数", "每千户", "户数", "z 值", "p 值", "显著性"];
  return heat.getByRole("row").nth(row).getByRole("cell").nth(columns.indexOf(column));
}

/** The number of reports in a row of the table. */
function countIn(heat: Locator, row: number): Locator {
  return inColumn(heat, row, "件数");
}

/** A number as the page writes it, of at most some decimals. */
function written(n: number, digits = 0): string {
  return new Intl.NumberFormat("zh-CN", { maximumFractionDigits: digits }).format(n);
}

function writtenRate(n: number): string {
  return written(n, n < 10 ? 2 : n < 100 ? 1 : 0);
}

function writtenScore(z: number): string {
  return `${z < 0 ? "−" : "+"}${Math.abs(z).toFixed(2)}`;
}

const counts = (a: Answer) => a.features.flatMap((f) => f.properties.count ?? []);
const since = (days: number) => new Date(Date.now() - (days - 1) * 86_400_000).toISOString();

test("filters change what is counted, and the page says what the server counts", async ({ page }) => {
  const heat = await openHeat(page);
  const all = await ask(page, { from: since(365), resolution });
  await expect(heat).toContainText(`${present(all.total, "total").toLocaleString("en")} 件`);

  await heat.getByRole("button", { name: /类别/ }).click();
  await heat.getByRole("checkbox", { name: "消防安全" }).check();
  await heat.getByLabel("状态").selectOption("已办结");
  const some = await ask(page, { from: since(365), resolution, category: "fire_safety", status: ["handled", "closed"] });
  expect(some.total).toBeLessThan(present(all.total, "total"));
  await expect(heat).toContainText(`${some.total} 件`);
  await expect(countIn(heat, 1)).toHaveText(String(Math.max(...counts(some))));
  await expect(heat).toContainText(`共 ${some.features.length} 个六边形`);

  await heat.getByLabel("时间").selectOption("近 90 天");
  const recent = await ask(page, { from: since(90), resolution, category: "fire_safety", status: ["handled", "closed"] });
  await expect(heat).toContainText(`${recent.total} 件`);
  await expect(heat).toContainText("近 90 天");

  await expect(page).toHaveURL(/category=fire_safety/);
  const address = page.url();
  await page.reload();
  await expect(heat).toContainText(`${recent.total} 件`);
  await expect(heat.getByLabel("状态")).toHaveValue("done");
  await expect(heat.getByLabel("时间")).toHaveValue("90");
  expect(page.url()).toBe(address);
});

test("the legend has the numbers of what is shown, and says what the public is not told", async ({ page, context }) => {
  await withoutMap(page);
  const heat = await openHeat(page);
  const seen = await ask(page, { from: since(365), resolution });
  expect(seen.features.some((f) => f.properties.suppressed)).toBe(true);
  const classes = await legend(heat);
  expect(classes[0]).toBe(5);
  expect(classes.at(-1)).toBe(Math.max(...counts(seen)));
  expect(classes).toEqual([...classes].sort((a, b) => a - b));
  await expect(heat).toContainText("1 至 4 件，不显示具体数");
  expect(await heat.getByLabel("时间").locator("option").allTextContents()).not.toContain("逐周回放");

  await signIn(context, "dispatcher");
  await page.goto("about:blank");
  await openHeat(page);
  await expect.poll(() => legend(heat)).toContain(1);
  await expect(heat).not.toContainText("不显示具体数");
  await heat.getByLabel("时间").selectOption("逐周回放");
  const weeks = await ask(page, { step: "week", resolution });
  const total = present(weeks.frames?.at(-1), "week").total;
  await expect(heat.locator(".heat-when")).toContainText(`${total} 件`);
  await expect(heat.getByLabel("状态").locator("option")).toContainText(["全部状态", "未办结", "已超时", "已办结"]);
});

test("the slider goes through months by keyboard, and each has the server's total", async ({ page }) => {
  await withoutMap(page);
  const heat = await openHeat(page, "&time=month");
  // Who wants no motion gets steps, and nothing that plays.
  await expect(heat.getByRole("button", { name: "播放" })).toHaveCount(0);
  const slider = heat.getByRole("slider");
  const months = Number(await slider.getAttribute("max")) + 1;
  const then = new Date();
  then.setMonth(then.getMonth() - 40);
  const { frames = [], features } = await ask(page, { step: "month", from: then.toISOString(), resolution });
  const totals = frames.map((f) => f.total).slice(-months);
  expect(months).toBeGreaterThan(30);
  await slider.focus();
  for (const [key, i] of [["Home", 0], ["ArrowRight", 1], ["ArrowRight", 2], ["End", months - 1], ["ArrowLeft", months - 2]] as const) {
    await slider.press(key);
    await expect(slider).toHaveAttribute("aria-valuetext", new RegExp(totals[i] === null ? "不足 5 件" : `，${totals[i]} 件`));
    const at = frames.length - months + i;
    const most = Math.max(0, ...features.map((f) => f.properties.counts?.[at] ?? 0));
    if (most > 0) await expect(countIn(heat, 1)).toHaveText(String(most));
  }
  await expect(page).toHaveURL(/frame=20\d\d-\d\d/);
  const address = page.url();
  await page.reload();
  await expect(slider).toHaveValue(String(months - 2));
  expect(page.url()).toBe(address);
  await heat.getByRole("button", { name: "上一段" }).click();
  await expect(slider).toHaveValue(String(months - 3));
});

test.describe("with motion", () => {
  test.use({ contextOptions: { reducedMotion: "no-preference" } });
  test("frames play, and stop when told", async ({ page }) => {
    await withoutMap(page);
    const heat = await openHeat(page, "&time=month");
    const slider = heat.getByRole("slider");
    await heat.getByRole("button", { name: "播放" }).click();
    await expect.poll(async () => Number(await slider.inputValue())).toBeGreaterThan(1);
    await heat.getByRole("button", { name: "暂停" }).click();
    const stopped = await slider.inputValue();
    await page.waitForTimeout(1200);
    await expect(slider).toHaveValue(stopped);
  });
});

test("a hexagon is chosen on the map or in the table, and stays with the address", async ({ page }) => {
  const seven = await ask(page, { from: since(365), resolution });
  const fullest = present(seven.features.toSorted((a, b) => (b.properties.count ?? 0) - (a.properties.count ?? 0))[0], "hexagon");
  const ring = present(fullest.geometry.coordinates[0], "ring").slice(1);
  const [lon, lat] = [0, 1].map((k) => ring.reduce((sum, p) => sum + present(p[k], "degree"), 0) / ring.length);
  const heat = await openHeat(page, `&map=10.50/${lat?.toFixed(5)}/${lon?.toFixed(5)}`);
  const chosen = heat.getByRole("region", { name: "所选六边形" });
  await expect(async () => {
    await page.locator("canvas.maplibregl-canvas").click();
    await expect(chosen).toContainText(`${fullest.properties.count} 件`, { timeout: 1000 });
  }).toPass();
  await expect(page).toHaveURL(new RegExp(`cell=${fullest.id}`));
  await expect(heat.getByRole("button", { pressed: true })).toHaveAccessibleName(/云山街道|平湖街道/);
  const second = heat.getByRole("row").nth(2).getByRole("button");
  await second.focus();
  await second.press("Enter");
  await expect(page).not.toHaveURL(new RegExp(`cell=${fullest.id}`));
  await expect(chosen).toContainText(present(await countIn(heat, 2).textContent(), "count"));
});

test("by households, the card has the server's rates, highest first", async ({ page }) => {
  await withoutMap(page);
  const heat = await openHeat(page);
  await expect(heat.getByRole("radio", { name: "数量" })).toBeChecked();
  await heat.getByRole("radio", { name: "数量" }).press("ArrowRight");
  await expect(heat.getByRole("radio", { name: "每千户" })).toBeChecked();
  await expect(heat.getByRole("heading", { name: "每千户最多的地方" })).toBeVisible();
  const seen = await ask(page, { from: since(365), resolution, variable: "rate" });
  const ranked = seen.features.toSorted((a, b) => (b.properties.rate ?? 0) - (a.properties.rate ?? 0)).map((f) => f.properties);
  const first = present(ranked[0], "hexagon");
  const highest = present(first.rate, "rate");
  // A rate and its parts belong together.
  expect(highest).toBeCloseTo((1000 * present(first.count, "count")) / present(first.households, "households"), -1);
  await expect(inColumn(heat, 1, "每千户")).toHaveText(writtenRate(highest));
  await expect(inColumn(heat, 1, "件数")).toHaveText(written(first.count ?? 0));
  await expect(heat.locator(".heat-classes li").last()).toContainText(`–${writtenRate(highest)}`);
  const remote = seen.features.some((f) => !f.properties.suppressed && f.properties.rate === undefined);
  await expect(heat.getByText("不足 20 户，不计算")).toHaveCount(remote ? 1 : 0);

  // Where no part of a hexagon has a rate of its own there is none to compare.
  const at = ranked.findIndex((c) => c.z_score !== undefined);
  const { households, z_score } = present(ranked[at], "hexagon with statistics");
  await heat.getByRole("row").nth(at + 1).getByRole("button").click();
  const chosen = heat.getByRole("region", { name: "所选六边形" });
  await expect(chosen).toContainText(`约 ${written(households ?? 0)} 户`);
  await expect(chosen).toContainText(writtenScore(present(z_score, "z")));
  await expect(chosen).toContainText(/每千户件数(不?显著)/);
  await expect(chosen).toContainText(/其中最突出的一个约 0\.5\d 平方公里六边形/);
  await expect(page).toHaveURL(/by=rate/);
  const address = page.url();
  await page.reload();
  await expect(inColumn(heat, 1, "每千户")).toHaveText(writtenRate(highest));
  await expect(chosen).toBeVisible();
  expect(page.url()).toBe(address);
});

test("significance is the server's, and the card says how it was reckoned", async ({ page, context }) => {
  await withoutMap(page);
  const heat = await openHeat(page);
  await heat.getByRole("radio", { name: "显著" }).check();
  await expect(heat.getByRole("heading", { name: "最突出的地方" })).toBeVisible();
  // One resolution, whatever the zoom.
  const seen = await ask(page, { from: since(365), resolution: 8 });
  const analysis = present(seen.analysis, "analysis");
  const significant = (sign: number) => seen.features.filter((f) => f.properties.significant && sign * (f.properties.z_score ?? 0) > 0).length;
  expect(significant(1)).toBeGreaterThan(0);
  const legend = heat.locator(".heat-standings li");
  await expect(legend.nth(0)).toHaveText(`显著偏多×${written(significant(1))}`);
  await expect(legend.nth(1)).toHaveText(`显著偏少×${written(significant(-1))}`);
  await expect(legend.nth(2)).toHaveText(`不显著×${written(seen.features.length - significant(1) - significant(-1))}`);

  const warning = heat.getByText("平均每个六边形不到一件上报");
  await expect(warning).toHaveCount(analysis.reports < analysis.cells ? 1 : 0);

  await heat.getByText("怎么算的").click();
  const how = heat.locator("details.heat-how");
  await expect(how).toContainText(`${written(analysis.cells)} 个六边形`);
  await expect(how).toContainText(`共 ${written(analysis.reports, 1)} 件`);
  await expect(how).toContainText(`${written(analysis.significant)} 个显著`);
  await expect(how).toContainText("q = 5%");
  await expect(how).toContainText(`不足 5 件的按 ${present(analysis.suppressed_as, "number")} 件计`);

  const first = present(seen.features.toSorted((a, b) => (b.properties.z_score ?? 0) - (a.properties.z_score ?? 0))[0], "hexagon");
  await expect(inColumn(heat, 1, "z 值")).toHaveText(writtenScore(present(first.properties.z_score, "z")));
  await expect(inColumn(heat, 1, "显著性")).toHaveText("显著偏多");
  await heat.getByRole("row").nth(1).getByRole("button").click();
  await expect(heat.getByRole("region", { name: "所选六边形" })).toContainText("件数显著偏多（热点）");
  await heat.getByLabel("时间").selectOption("近 7 天");
  await expect(warning.first()).toBeVisible();
  await heat.getByLabel("时间").selectOption("近一年");

  await heat.getByRole("radio", { name: "每千户件数" }).check();
  const ofRates = present((await ask(page, { from: since(365), resolution: 8, variable: "rate" })).analysis, "analysis");
  expect(ofRates.variable).toBe("rate");
  await expect(how).toContainText(`${written(ofRates.cells)} 个六边形`);
  await expect(how).toContainText("不足 20 户的六边形不参加比较");
  await expect(page).toHaveURL(/by=significance&.*of=rate/);

  // Who sees a part of the district is told why there is none.
  await signIn(context, "officer");
  await page.goto("about:blank");
  await page.goto("/#view=heat&by=significance");
  await expect(heat).toContainText("您只看得到自己辖区的上报，所以没有");
  await expect(inColumn(heat, 1, "显著性")).toHaveText("–");
  await heat.getByRole("radio", { name: "每千户", exact: true }).check();
  await expect(heat).toContainText("您只看得到自己辖区的上报，所以没有");
  await expect(inColumn(heat, 1, "每千户")).toHaveText("–");
  await heat.getByRole("radio", { name: "数量" }).check();
  await expect(heat).toContainText("六边形内上报越多");
  const own = present((await ask(page, { from: since(365), resolution: 8 })).total, "total");
  expect(own).toBeLessThan(present(seen.total, "total"));
  await expect(heat).toContainText(`${written(own)} 件`);
});

test("hexagons that stand out are drawn so, and what stands out in a chosen one stays chosen", async ({ page, context }) => {
  await signIn(context, "dispatcher");
  const heat = await openHeat(page);
  const seven = await ask(page, { from: since(365), resolution });
  await heat.getByRole("row").nth(1).getByRole("button").click();
  const name = new URL(page.url().replace("#", "?")).searchParams.get("cell");
  const fullest = present(seven.features.find((f) => f.id === name), "hexagon");
  const map = page.locator("canvas.maplibregl-canvas");
  // The red of a hot spot over the ground.
  const red = () => share(page, map, (r, g, b) => Math.abs(r - 190) < 12 && Math.abs(g - 60) < 12 && Math.abs(b - 64) < 12);
  expect(await red()).toBeLessThan(0.0005);
  await heat.getByRole("radio", { name: "显著" }).check();
  await expect.poll(red).toBeGreaterThan(0.002);
  await expect(page).toHaveURL(new RegExp(`cell=${fullest.properties.analysis_h3}`));
  await expect(heat.getByRole("region", { name: "所选六边形" })).toContainText("显著偏多");
  await heat.getByRole("radio", { name: "数量" }).check();
  await expect.poll(red).toBeLessThan(0.0005);
});

test("nothing found says what to do", async ({ page }) => {
  await withoutMap(page);
  await page.goto("/#view=heat&time=7&state=open&category=left_behind_child");
  const heat = card(page);
  await expect(heat).toContainText("没有符合条件的上报");
  await heat.getByRole("button", { name: "清除筛选" }).click();
  await heat.getByLabel("时间").selectOption("近一年");
  await expect(heat.getByRole("row").nth(1)).toBeVisible();
  expect(page.url()).not.toContain("category");
});

test("a report that comes is counted without loading the page again", async ({ page }) => {
  await withoutMap(page);
  const heat = await openHeat(page, "&category=infrastructure");
  const before = present((await ask(page, { from: since(365), resolution, category: "infrastructure" })).total, "total");
  await expect(heat).toContainText(`${before} 件`);
  const sent = await page.request.post("/api/v1/reports", { data: { category: "infrastructure", lon: 125.7, lat: 43.6, description: "路灯不亮" } });
  expect(sent.status()).toBe(201);
  await expect(heat).toContainText(`${before + 1} 件`);
});

test("without WebGL the table stands alone", async ({ page }) => {
  await withoutMap(page);
  const heat = await openHeat(page);
  await expect(page.locator("canvas")).toHaveCount(0);
  await expect(heat.getByRole("row").nth(1)).toContainText("云山街道");
});

test("axe finds nothing on the heat map", async ({ page }) => {
  const heat = await openHeat(page, "&time=month");
  await heat.getByRole("button", { name: /类别/ }).click();
  await heat.getByRole("row").nth(1).getByRole("button").click();
  await expect(heat.getByRole("region", { name: "所选六边形" })).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test("axe finds nothing where significance is shown", async ({ page }) => {
  await withoutMap(page);
  await page.goto("/#view=heat&by=significance");
  const heat = card(page);
  await heat.getByText("怎么算的").click();
  await heat.getByRole("row").nth(1).getByRole("button").click();
  await expect(heat.getByRole("region", { name: "所选六边形" })).toContainText("显著");
  expect(await violations(page)).toEqual([]);
});
