import { readFile } from "node:fs/promises";
import { signIn } from "./accounts";
import { violations } from "./axe";
import { expect, panelOf, present, test } from "./app";

interface Grid {
  properties: { code: string; name: string; households: number; population: number; staffing: { post: string; name?: string; vacant?: boolean }[] };
}

test("a planner sees the numbers of the API, sorted and filtered, and takes them away", async ({ page, context }) => {
  await signIn(context, "planner");
  const { features } = (await (await context.request.get("/api/v1/areas/grid")).json()) as { features: Grid[] };
  const grids = features.map((f) => f.properties);
  await page.goto("/#view=list");
  await page.getByRole("button", { name: "菜单" }).click();
  await page.getByRole("link", { name: "网格一览" }).click();
  const table = page.getByRole("table");
  const lines = table.locator("tbody tr");
  await expect(lines).toHaveCount(grids.length);
  const number = (n: number) => n.toLocaleString("zh-CN");
  const most = present([...grids].sort((a, b) => b.households - a.households)[0], "grid");
  const total = grids.reduce((n, g) => n + g.households, 0);
  await expect(table.locator("tfoot tr").first()).toContainText(number(total));
  const seen = await lines.evaluateAll((rows) => rows.map((r) => [r.querySelector(".code")?.textContent, r.querySelector(".number")?.firstChild?.textContent]));
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(grids.map((g) => [g.code, number(g.households)])));

  const head = table.getByRole("columnheader", { name: "户数" });
  await expect(head).toHaveAttribute("aria-sort", "none");
  await head.getByRole("button").click();
  await expect(head).toHaveAttribute("aria-sort", "descending");
  await expect(lines.first()).toContainText(most.code);
  await head.getByRole("button").click();
  await expect(head).toHaveAttribute("aria-sort", "ascending");
  await expect(lines.last()).toContainText(most.code);
  await expect(page).toHaveURL(/sort=households-up/);

  await page.getByRole("searchbox").fill("平湖街道第");
  const few = grids.filter((g) => g.name.startsWith("平湖街道第"));
  await expect(lines).toHaveCount(few.length);
  const kept = page.waitForEvent("download");
  await page.getByRole("button", { name: "下载 CSV" }).click();
  const text = await readFile(await (await kept).path(), "utf8");
  expect(text.startsWith("\uFEFF代码,网格,")).toBe(true);
  const rows = text.trimEnd().split("\r\n").slice(1);
  expect(rows.map((r) => r.split(",")[0])).toEqual([...few].sort((a, b) => a.households - b.households || (a.code < b.code ? -1 : 1)).map((g) => g.code));

  await lines.first().getByRole("rowheader").getByRole("link").click();
  await expect(panelOf(page).getByRole("heading", { level: 2 })).toHaveText(/^平湖街道第/);
  await expect(panelOf(page)).toContainText("网格民警");
  expect(await violations(page, ".grids")).toEqual([]);
});

test("vacancies are counted and listed, and colour the map", async ({ page, context }) => {
  await signIn(context, "dispatcher");
  const { vacancies } = (await (await context.request.get("/api/v1/vacancies")).json()) as { vacancies: { areas: { kind: string; name: string }[] }[] };
  const ofGrids = vacancies.filter((v) => v.areas[0]?.kind === "grid");
  expect(ofGrids.length).toBeGreaterThan(0);
  await page.goto("/#view=grids&by=vacancies");
  await expect(page.getByRole("heading", { name: `空缺岗位 · 共 ${vacancies.length} 个` })).toBeVisible();
  await expect(page.getByRole("link", { name: present(ofGrids[0]?.areas[0], "grid").name })).not.toHaveCount(0);
  const last = page.getByRole("table").locator("tbody tr > td:last-child");
  const counted = (await last.allTextContents()).reduce((n, text) => n + Number(text), 0);
  expect(counted).toBe(ofGrids.length);
  await expect(page.getByRole("list", { name: "每个网格的空缺岗位" })).toContainText("×");
});

test("officers and people without an account are not offered the table, and do not get it by its link", async ({ page, context }) => {
  await page.goto("/#view=list");
  await page.getByRole("button", { name: "菜单" }).click();
  await expect(page.getByRole("link", { name: "接口说明" })).toBeVisible();
  await expect(page.getByRole("link", { name: "网格一览" })).toHaveCount(0);
  await page.goto("/#view=grids");
  await expect(page.getByRole("heading", { name: "需要登录" })).toBeVisible();
  await signIn(context, "officer");
  await page.reload();
  await expect(page.getByText("您的账号不能查看网格一览")).toBeVisible();
  await expect(page.getByRole("table")).toHaveCount(0);
});
