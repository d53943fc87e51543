import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { BrowserContext, Locator, Page } from "@playwright/test";
import { signIn } from "./accounts";
import { expect, present, test } from "./app";
import { violations } from "./axe";
import { bytes, countWithGdal, folder, shapefile, sheet, zipped, type Row } from "./files";

const headers = { "X-Gridpatrol": "1" };

// The map is drawn without a graphics card, under everything that is waited for.
test.describe.configure({ timeout: 60_000 });

/** Lets a page do without the map, which takes its time: for what the map has no part in. */
async function withoutMap(page: Page): Promise<void> {
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
}

interface Area {
  properties: { code: string; name: string; parent?: { code: string }; households?: number; population?: number };
  geometry: { type: "MultiPolygon"; coordinates: number[][][][] };
}

/** Gives the villages in force as rows with Chinese names of columns. */
async function rowsOf(context: BrowserContext): Promise<Row[]> {
  const { features } = (await (await context.request.get("/api/v1/areas/village")).json()) as { features: Area[] };
  return features.map(({ properties: p, geometry }) => ({ type: "Feature", geometry, properties: { 编码: p.code, 名称: p.name, 上级编码: present(p.parent, "parent").code, 户数: p.households ?? 0, 人口: p.population ?? 0 } }));
}

const panel = (page: Page): Locator => page.getByRole("complementary", { name: "导入与导出" });
const main = (page: Page): Locator => panel(page).locator(".panel-foot .main");

/** Chooses files on the first page. */
async function choose(page: Page, files: string | string[]): Promise<void> {
  await page.locator('input[type="file"][data-folder="false"]').setInputFiles(files);
}

/** Begins again without what earlier tests, or those that failed, have left. */
async function clear(context: BrowserContext): Promise<void> {
  const { imports } = (await (await context.request.get("/api/v1/imports")).json()) as { imports: { id: string }[] };
  for (const { id } of imports) await context.request.delete(`/api/v1/imports/${id}`, { headers });
}

interface Person {
  name: string;
  phone: string;
}

/** Says who is chief of a grid. */
async function chiefOf(context: BrowserContext, code: string): Promise<Person> {
  const { properties } = (await (await context.request.get(`/api/v1/areas/grid/${code}`)).json()) as { properties: { staffing: (Person & { post: string })[] } };
  const { name, phone } = present(properties.staffing.find((s) => s.post === "grid_chief"), "chief");
  return { name, phone };
}

/** Brings a file in without the page. */
async function bring(context: BrowserContext, what: string, file: string): Promise<void> {
  const form = new FormData();
  form.append("file", new File([readFileSync(file)], basename(file)));
  const { id } = (await (await context.request.post(`/api/v1/imports?what=${what}`, { headers, multipart: form })).json()) as { id: string };
  const ended = async (step: string, data: object, state: string) => {
    await context.request.post(`/api/v1/imports/${id}/${step}`, { headers, data });
    await expect.poll(async () => ((await (await context.request.get(`/api/v1/imports/${id}`)).json()) as { state: string }).state).toBe(state);
  };
  await ended("check", { partial: true }, "checked");
  await ended("write", {}, "written");
}

const idOf = (page: Page): string => present(/[#&]id=([0-9a-f-]+)/.exec(page.url())?.[1], "id in the address");

test("what is wrong with a shapefile is seen on the map before anything is written", async ({ page, context, faults }) => {
  await signIn(context, "planner");
  await clear(context);
  const rows = await rowsOf(context);
  const first = present(rows[0], "village");
  const faulty = rows.map((r) => structuredClone(r));
  present(faulty[1], "village").properties["编码"] = first.properties["编码"] as string;
  present(faulty[2], "village").properties["编码"] = "2.20112E+14";
  // Two corners in the wrong order: the outline crosses itself.
  const crossed = present(faulty[40], "village");
  const ring = present((crossed.geometry as GeoJSON.MultiPolygon).coordinates[0]?.[0], "ring");
  [ring[4], ring[7]] = [present(ring[7], "corner"), present(ring[4], "corner")];
  const parts = shapefile(folder(), "村界调查", faulty);

  await page.goto("/#view=list");
  await page.getByRole("button", { name: "菜单" }).click();
  await page.getByRole("link", { name: "导入导出" }).click();
  await choose(page, parts);
  await expect(panel(page).getByRole("heading", { name: "村界调查.shp" })).toBeVisible();
  // What the file says, and where that comes from.
  await expect(panel(page)).toContainText(`ESRI Shapefile · ${faulty.length} 条`);
  await expect(panel(page).getByLabel("坐标系")).toContainText("按文件：CGCS2000 三度带 126°E · EPSG:4551");
  await expect(panel(page)).toContainText("来自 .prj");
  await expect(panel(page).getByLabel("文字编码")).toContainText("GB18030");
  await expect(panel(page).getByLabel("“代码”取自哪一列")).toHaveValue("编码");
  await expect(panel(page).getByRole("row", { name: /^名称/ })).toContainText(first.properties["名称"] as string);
  await expect(panel(page)).toContainText(`地图上是 ${faulty.length} 个图形，按当前的选择读取。`);
  // Another system moves the preview, and is told to be wrong.
  await panel(page).getByLabel("坐标系").selectOption("EPSG:4549");
  await expect(panel(page)).toContainText(/数据离本区约 4\d\d 公里/);
  // What was chosen outlives the page.
  await page.reload();
  await expect(panel(page).getByLabel("坐标系")).toHaveValue("EPSG:4549");
  await panel(page).getByLabel("坐标系").selectOption("");
  await panel(page).getByLabel("这些是").selectOption("village");

  await main(page).click();
  await expect(panel(page)).toContainText(/\d+ 个错误。改正之前不能写入/);
  await expect(panel(page).locator(".import-group", { hasText: "代码重复" })).toBeVisible();
  await expect(panel(page).locator(".import-group", { hasText: "代码已损坏" })).toBeVisible();
  await expect(panel(page).getByRole("button", { name: /错误 \d+/ })).toHaveAttribute("aria-pressed", "false");
  await panel(page).getByRole("button", { name: /错误 \d+/ }).click();
  await expect(page).toHaveURL(/only=error/);
  await expect(panel(page).locator(".import-group.problem-warning")).toHaveCount(0);
  const crossing = panel(page).locator(".import-group", { hasText: "边界自相交" });
  if ((await crossing.getAttribute("open")) === null) await crossing.locator("summary").click();
  await expect(crossing).toContainText("怎么办");
  await expect(crossing.getByRole("button", { name: /整理自相交的边界/ })).toBeVisible();
  const before = page.url();
  await crossing.locator(".import-problems button", { hasText: crossed.properties["名称"] as string }).click();
  await expect(crossing.locator("li.chosen")).toHaveCount(1);
  // The map went there: 16 is as near as a place is looked at.
  await expect(page).toHaveURL(/map=16\./);
  expect(page.url()).not.toBe(before);
  // A file of what was found.
  const kept = page.waitForEvent("download");
  await panel(page).getByRole("link", { name: "CSV" }).click();
  expect((await kept).suggestedFilename()).toMatch(/\.csv$/);
  // Nothing can be written.
  await panel(page).getByRole("navigation", { name: "导入的步骤" }).getByRole("link", { name: "写入" }).click();
  await expect(panel(page)).toContainText("检查通过后才能写入");
  await context.request.delete(`/api/v1/imports/${idOf(page)}`, { headers });
  await page.reload();
  await expect(panel(page).getByRole("alert")).toContainText("这次导入已不在服务器上");
  expect(faults.splice(0).join()).toContain("404");
});

test("a zip dropped on the page is compared with what is in force, whole and in part", async ({ page, context }) => {
  await withoutMap(page);
  await signIn(context, "planner");
  await clear(context);
  const rows = (await rowsOf(context)).map((r) => structuredClone(r));
  const renamed = present(rows[7], "village");
  renamed.properties["名称"] = "试改名的村";
  const zip = zipped(folder(), "村界更新", rows.slice(0, -1));
  const gone = present(rows.at(-1), "village");

  await page.goto("/#view=import");
  await expect(panel(page).getByRole("button", { name: "选择文件", exact: true })).toBeVisible();
  // As the browser does it: over the page, then let go.
  const content = readFileSync(zip).toString("base64");
  const data = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], "村界更新.zip"));
    return transfer;
  }, content);
  await page.dispatchEvent("body", "dragover", { dataTransfer: data });
  await expect(page.locator(".import-veil")).toBeVisible();
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
  await expect(panel(page).getByRole("heading", { name: "村界更新.zip" })).toBeVisible();
  await panel(page).getByLabel("这些是").selectOption("village");
  await main(page).click();
  await panel(page).getByRole("link", { name: /与现有比较（2）/ }).click();
  await panel(page).getByRole("button", { name: /变动 1$/ }).click();
  await expect(panel(page).locator(".import-problems li")).toHaveCount(1);
  await expect(panel(page).locator(".import-problems")).toContainText("试改名的村");
  await panel(page).getByRole("button", { name: /撤销 1$/ }).click();
  await expect(panel(page).locator(".import-problems")).toContainText(gone.properties["编码"] as string);
  await panel(page).locator(".import-problems button").click();
  await expect(panel(page).locator(".import-problems li.chosen")).toHaveCount(1);

  // The file has only some: what it lacks stays, and the last check is no longer about that.
  await panel(page).getByRole("link", { name: "改选项" }).click();
  await panel(page).getByLabel("文件只含一部分，其余保持不变").check();
  await panel(page).getByRole("navigation", { name: "导入的步骤" }).getByRole("link", { name: "检查" }).click();
  await expect(panel(page)).toContainText("选择已改动");
  await main(page).click();
  await expect(panel(page).getByRole("link", { name: /与现有比较（1）/ })).toBeVisible();
  await expect(main(page)).toHaveText("继续");
});

test("a checked file becomes a draft, after what a publish would do was to be read", async ({ page, context }) => {
  await withoutMap(page);
  await signIn(context, "planner");
  await clear(context);
  const renamed = structuredClone(present((await rowsOf(context))[7], "village"));
  renamed.properties["名称"] = "试改名的村";
  await page.goto("/#view=import");
  await choose(page, zipped(folder(), "一个村", [renamed]));
  await panel(page).getByLabel("这些是").selectOption("village");
  await panel(page).getByLabel("文件只含一部分，其余保持不变").check();
  await main(page).click();
  await expect(main(page)).toHaveText("继续");
  await main(page).click();
  // Before anything is published at once, what follows from it.
  await panel(page).getByRole("button", { name: "直接发布…" }).click();
  await expect(panel(page).getByRole("heading", { name: "发布后会怎样" })).toBeVisible();
  await expect(panel(page)).toContainText("所有人会立即看到新边界");
  await expect(panel(page).getByLabel("说明")).toHaveValue("一个村.zip");
  expect(await violations(page, ".import")).toEqual([]);
  await panel(page).getByRole("button", { name: "返回" }).click();
  await panel(page).getByLabel("方案名称").fill("浏览器测试的改名");
  await panel(page).getByRole("button", { name: "写入草案" }).click();
  await expect(panel(page)).toContainText("已写入草案");
  await panel(page).getByRole("link", { name: "查看方案" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "浏览器测试的改名" })).toBeVisible();
  const plan = present(/[#&]id=([0-9a-f-]+)/.exec(page.url())?.[1], "plan in the address");
  expect((await context.request.delete(`/api/v1/plans/${plan}`)).status()).toBe(204);
});

/** Moves a corner that two villages share, and no other area of the townships' edge, in both. */
function shifted(rows: readonly Row[]): [Row, Row] {
  const corners = new Map<string, Row[]>();
  for (const r of rows) {
    const own = new Set((r.geometry as GeoJSON.MultiPolygon).coordinates.flat(2).map(String));
    for (const c of own) corners.set(c, [...(corners.get(c) ?? []), r]);
  }
  for (const [corner, [a, b, third]] of corners) {
    if (a === undefined || b === undefined || third !== undefined || a.properties["上级编码"] !== b.properties["上级编码"]) continue;
    const move = (r: Row): Row => {
      const copy = structuredClone(r);
      for (const c of (copy.geometry as GeoJSON.MultiPolygon).coordinates.flat(2)) if (String(c) === corner) c[0] = present(c[0], "longitude") + 0.00002;
      return copy;
    };
    return [move(a), move(b)];
  }
  throw new Error("no two villages of a township share a corner");
}

test("a publish that would leave other areas without their land is refused, and the draft says why", async ({ page, context }) => {
  await withoutMap(page);
  await signIn(context, "planner");
  await clear(context);
  await page.goto("/#view=import");
  const from = bytes(folder(), "村界微调.geojson", JSON.stringify({ type: "FeatureCollection", features: shifted(await rowsOf(context)) }));
  await choose(page, from);
  await panel(page).getByLabel("这些是").selectOption("village");
  await panel(page).getByLabel("文件只含一部分，其余保持不变").check();
  await main(page).click();
  await main(page).getByText("继续").click();
  await panel(page).getByRole("button", { name: "直接发布…" }).click();
  await panel(page).getByRole("button", { name: "发布，立即生效" }).click();
  await expect(panel(page)).toContainText("草案已写入，但没有发布");
  await expect(panel(page)).toContainText("检查发现错误，不能发布");
  await expect(panel(page).locator(".import-unpublished li").first()).toContainText(/\d+ 处/);
  expect(await violations(page, ".import")).toEqual([]);
  await panel(page).getByRole("link", { name: "查看检查结果" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "村界微调" })).toBeVisible();
  await expect(page).toHaveURL(/tab=check/);
  expect((await context.request.delete(`/api/v1/plans/${idOf(page)}`)).status()).toBe(204);
});

test("columns are read again in another encoding, and one that was recognised is left out", async ({ page, context }) => {
  await withoutMap(page);
  await signIn(context, "planner");
  await clear(context);
  const [first, damaged] = (await rowsOf(context)).map((r) => structuredClone(r));
  if (first === undefined || damaged === undefined) throw new Error("there are no two villages");
  damaged.properties["编码"] = "2.20112E+14";
  const parts = shapefile(folder(), "编码写错", [first, damaged]);
  writeFileSync(present(parts.find((f) => f.endsWith(".cpg")), "code page"), "ISO-8859-1");
  await page.goto("/#view=import");
  await choose(page, parts);
  await expect(panel(page).getByLabel("文字编码")).toContainText("按文件：ISO-8859-1");
  await expect(panel(page)).toContainText("还缺：代码");
  await panel(page).getByLabel("文字编码").selectOption("GB18030");
  await expect(panel(page).getByLabel("“代码”取自哪一列")).toHaveValue("编码");
  await expect(panel(page).getByRole("row", { name: /^名称/ })).toContainText(first.properties["名称"] as string);
  // So it is after a reload, which asks again.
  await page.reload();
  await expect(panel(page).getByLabel("“名称”取自哪一列")).toHaveValue("名称");
  await panel(page).getByLabel("“名称”取自哪一列").selectOption({ label: "（不取）" });
  expect(await violations(page, ".import")).toEqual([]);
  await panel(page).getByLabel("这些是").selectOption("village");
  await panel(page).getByLabel("文件只含一部分，其余保持不变").check();
  await main(page).click();
  await expect(panel(page).locator(".import-group", { hasText: "代码已损坏" })).toHaveAttribute("open", "");
  expect(await violations(page, ".import")).toEqual([]);
  const { report } = (await (await context.request.get(`/api/v1/imports/${idOf(page)}`)).json()) as { report: { columns: Record<string, string> } };
  expect(report.columns).toMatchObject({ code: "编码", parent: "上级编码" });
  expect(report.columns).not.toHaveProperty("name");
  await panel(page).getByRole("link", { name: "改选项" }).click();
  await expect(panel(page).getByLabel("“名称”取自哪一列")).toHaveValue("");
});

test("an upload is given up, and a check is stopped", async ({ page, context }) => {
  await withoutMap(page);
  await signIn(context, "planner");
  await clear(context);
  // Every village many times over: what overlaps takes long to say.
  const rows = await rowsOf(context);
  const features = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => rows.map((r) => ({ ...r, properties: { ...r.properties, 编码: `${r.properties["编码"]}${n}` } })));
  const large = bytes(folder(), "重复的村.geojson", JSON.stringify({ type: "FeatureCollection", features }));
  await page.goto("/#view=import");
  const line = await context.newCDPSession(page);
  await line.send("Network.enable");
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 });
  await choose(page, large);
  await expect(panel(page)).toContainText("正在上传 重复的村.geojson");
  await panel(page).getByRole("button", { name: "取消上传" }).click();
  await expect(panel(page).getByRole("button", { name: "选择文件", exact: true })).toBeVisible();
  await expect(panel(page).getByRole("alert")).toHaveCount(0);
  await expect.poll(async () => (await (await context.request.get("/api/v1/imports")).json()) as unknown).toEqual({ imports: [] });

  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await choose(page, large);
  await panel(page).getByLabel("这些是").selectOption("village");
  await main(page).click();
  await expect(panel(page).getByRole("progressbar")).toBeVisible();
  await panel(page).getByRole("button", { name: "停止检查" }).click();
  await expect(panel(page).getByLabel("这些是")).toHaveValue("village");
  await expect(main(page)).toHaveText("检查");
  const { state } = (await (await context.request.get(`/api/v1/imports/${idOf(page)}`)).json()) as { state: string };
  expect(state).toBe("ready");
});

test("the same file as what is in force has nothing to write", async ({ page, context }) => {
  await withoutMap(page);
  await signIn(context, "planner");
  await clear(context);
  const zip = zipped(folder(), "村界现状", await rowsOf(context));
  await page.goto("/#view=import");
  await choose(page, zip);
  await panel(page).getByLabel("这些是").selectOption("village");
  await main(page).click();
  await expect(panel(page)).toContainText("没有发现问题");
  await main(page).click();
  await expect(panel(page)).toContainText("与现有数据完全相同");
  await expect(panel(page).getByRole("button", { name: "写入草案" })).toHaveCount(0);
});

test("a roster in a workbook is brought in beside a table, by keyboard alone", async ({ page, context }) => {
  await withoutMap(page);
  await signIn(context, "admin");
  await clear(context);
  const { features } = (await (await context.request.get("/api/v1/areas/grid")).json()) as { features: { properties: { code: string; name: string } }[] };
  const grid = present(features[3], "grid").properties;
  const before = await chiefOf(context, grid.code);
  const book = sheet(folder(), "网格长名单", ["网格编码", "网格名称", "职务", "姓名", "联系电话"], [[grid.code, grid.name, "网格长", "试名甲", "13900000001"]]);
  await page.goto("/#view=import");
  await panel(page).getByRole("radio", { name: /人员名单/ }).check();
  await expect(page).toHaveURL(/what=roster/);
  const picker = page.waitForEvent("filechooser");
  await panel(page).getByRole("button", { name: "选择文件", exact: true }).focus();
  await page.keyboard.press("Enter");
  await (await picker).setFiles(book);
  await expect(panel(page).getByRole("heading", { name: "网格长名单.xlsx" })).toBeVisible();
  await expect(panel(page)).toContainText("这份数据没有图形");
  await expect(panel(page).getByRole("row", { name: /^联系电话/ })).toContainText("13900000001");
  await expect(panel(page).getByLabel("“姓名”取自哪一列")).toHaveValue("姓名");
  await panel(page).getByLabel("文件只含一部分，其余保持不变").check();
  await main(page).focus();
  await page.keyboard.press("Enter");
  await expect(panel(page).locator(".import-verdict")).toBeVisible();
  await expect(panel(page).locator(".import-figures")).toContainText("1");
  expect(await violations(page, ".import")).toEqual([]);
  await main(page).click();
  await expect(panel(page)).toContainText("新任 0 个，更换 1 个，免去 0 个");
  await panel(page).getByRole("button", { name: "写入", exact: true }).click();
  await expect(panel(page)).toContainText("人员名单已更新");
  await expect.poll(() => chiefOf(context, grid.code)).toEqual({ name: "试名甲", phone: "13900000001" });
  // Who was chief before is it again.
  await bring(context, "roster", bytes(folder(), "复原.csv", `网格编码,职务,姓名,联系电话\n${grid.code},网格长,${before.name},${before.phone}\n`));
  await expect.poll(() => chiefOf(context, grid.code)).toEqual(before);
});

test("a file that cannot be read is refused in words, and part of a shapefile is asked about", async ({ page, context, faults }) => {
  await withoutMap(page);
  await signIn(context, "planner");
  await clear(context);
  const dir = folder();
  await page.goto("/#view=import");
  await choose(page, bytes(dir, "村界.dwg", `AC1032${"\0".repeat(200)}`));
  await expect(panel(page).getByRole("alert")).toContainText("这种格式不能读");
  expect(faults.splice(0).join()).toContain("422");
  await choose(page, [bytes(dir, "屯组.shp", "x"), bytes(dir, "屯组.shx", "x")]);
  await expect(panel(page)).toContainText("缺少 .dbf, .prj");
  await choose(page, [bytes(dir, "a.geojson", "{}"), bytes(dir, "b.geojson", "{}")]);
  await expect(panel(page)).toContainText("您选了 2 份数据");
  await panel(page).getByRole("button", { name: "重新选择" }).click();
  await expect(panel(page)).not.toContainText("您选了 2 份数据");
});

test("data is taken out as files that other programs read", async ({ page, context }) => {
  await withoutMap(page);
  await signIn(context, "planner");
  await page.goto("/#view=import&tab=out");
  await panel(page).getByLabel("导出什么").selectOption("grids");
  await panel(page).getByLabel("GeoPackage（QGIS）").check();
  await panel(page).getByLabel("坐标系").selectOption("EPSG:4551");
  const kept = page.waitForEvent("download");
  await panel(page).getByRole("button", { name: "下载" }).click();
  const file = await kept;
  const path = `${folder()}/${file.suggestedFilename()}`;
  await file.saveAs(path);
  expect(path).toMatch(/\.gpkg$/);
  const { features } = (await (await context.request.get("/api/v1/areas/grid")).json()) as { features: unknown[] };
  expect(countWithGdal(path)).toBe(features.length);
  await expect(panel(page)).toContainText(/已下载/);
  expect(await violations(page, ".import")).toEqual([]);
});

test("who may not import is not offered it, and does not get it by its link", async ({ page, context }) => {
  await withoutMap(page);
  await page.goto("/#view=list");
  await page.getByRole("button", { name: "菜单" }).click();
  await expect(page.getByRole("link", { name: "接口说明" })).toBeVisible();
  await expect(page.getByRole("link", { name: "导入导出" })).toHaveCount(0);
  await signIn(context, "officer");
  await page.goto("/#view=import");
  await page.reload();
  await expect(panel(page)).toContainText("您的账号不能导入数据");
  await expect(page.locator('input[type="file"]')).toHaveCount(0);
  await expect(panel(page).getByRole("button", { name: "下载" })).toBeVisible();
});
