import type { Locator } from "@playwright/test";
import { password, signIn } from "./accounts";
import { violations } from "./axe";
import { expect, present, test, withoutMap } from "./app";

/** Gives the secret that a page shows once, and puts it away. */
async function takeSecret(once: Locator): Promise<string> {
  const secret = present(await once.locator("code").textContent(), "secret");
  await once.getByRole("button", { name: "关闭" }).click();
  await expect(once).toHaveCount(0);
  return secret;
}

test("an account is made, its link sets a password, and it is out as soon as it is disabled", async ({ page, context, browser }) => {
  await withoutMap(context);
  await signIn(context, "admin");
  await page.goto("/#view=admin");
  await page.getByRole("button", { name: "新建账号" }).click();
  const form = page.getByRole("form", { name: "新建账号" });
  await form.getByLabel("账号名").fill("zhao.ping");
  await form.getByLabel("姓名或名称").fill("赵平");
  await form.getByLabel("角色").selectOption({ label: "规划人员" });
  await form.getByRole("button", { name: "建立账号" }).click();
  const once = page.locator(".once");
  await expect(once).toContainText("zhao.ping");
  expect(await violations(page, ".admin")).toEqual([]);
  const link = new URL(await takeSecret(once));

  const theirs = await browser.newContext();
  await withoutMap(theirs);
  const other = await theirs.newPage();
  await other.goto(`/${link.hash}`);
  const chosen = `${password()} of my own`;
  await other.getByLabel("新密码", { exact: true }).fill(chosen);
  await other.getByLabel("再输一遍新密码").fill(chosen);
  await other.getByRole("button", { name: "保存新密码" }).click();
  await other.getByRole("textbox", { name: "账号" }).fill("zhao.ping");
  await other.getByLabel("密码", { exact: true }).fill(chosen);
  await other.getByRole("button", { name: "登录", exact: true }).click();
  await expect(other).not.toHaveURL(/signin/);
  const me = await theirs.request.get("/api/v1/session");
  expect(await me.json()).toMatchObject({ name: "zhao.ping", role: "planner" });

  const entry = page.locator(".admin-entry", { hasText: "zhao.ping" });
  await entry.locator("summary").click();
  await entry.getByRole("button", { name: "停用" }).click();
  await expect(entry.locator("summary")).toContainText("已停用");
  expect((await theirs.request.get("/api/v1/session")).status()).toBe(401);
  expect((await theirs.request.post("/api/v1/session", { data: { login: "zhao.ping", password: chosen } })).status()).toBe(401);
  await theirs.close();
});

test("a token is made and replaced while both are good, and the audit log has it", async ({ page, context, playwright, baseURL }) => {
  await withoutMap(context);
  await signIn(context, "admin");
  await page.goto("/#view=admin&tab=tokens");
  await page.getByRole("button", { name: "新建令牌" }).click();
  const form = page.getByRole("form", { name: "新建令牌" });
  await form.getByLabel("用途").fill("大屏展示");
  await form.getByRole("button", { name: "建立令牌" }).click();
  const first = await takeSecret(page.locator(".once"));
  await page.locator(".admin-entry", { hasText: "大屏展示" }).getByRole("button", { name: "更换" }).click();
  const second = await takeSecret(page.locator(".once"));
  expect(second).not.toBe(first);
  const program = await playwright.request.newContext({ baseURL: present(baseURL, "address") });
  const ids: string[] = [];
  for (const token of [first, second]) {
    const answer = await program.get("/api/v1/session", { headers: { Authorization: `Bearer ${token}` } });
    expect(answer.status()).toBe(200);
    ids.push(((await answer.json()) as { id: string }).id);
  }
  await program.dispose();
  await expect(page.locator(".admin-entry", { hasText: "大屏展示" })).toHaveCount(2);
  expect(await violations(page, ".admin")).toEqual([]);

  await page.getByRole("link", { name: "审计日志" }).click();
  const rows = page.locator(".audit-table tbody tr");
  await expect(rows.filter({ hasText: "token.create" }).filter({ hasText: present(ids[0], "id") })).toHaveCount(1);
  await page.getByLabel("操作", { exact: true }).selectOption({ label: "更换令牌" });
  await expect(page).toHaveURL(/action=token\.rotate/);
  await expect(rows.filter({ hasText: "token.create" })).toHaveCount(0);
  await expect(rows.first()).toContainText("更换令牌");
  expect(await violations(page, ".admin")).toEqual([]);
});

test("what there is of a person is found and given as a file, and erased once the name is typed", async ({ page, context, browser }) => {
  await withoutMap(context);
  const anonymous = await browser.newContext();
  const reporter = { name: "澹台明远", phone: "13987650123" };
  const sent = await anonymous.request.post("/api/v1/reports", { data: { category: "infrastructure", lon: 125.7, lat: 43.6, description: "井盖松动", reporter } });
  expect(sent.status()).toBe(201);
  await anonymous.close();
  await signIn(context, "admin");
  await page.goto("/#view=admin&tab=personal");
  await page.getByLabel("电话").fill("139 8765 0123");
  await page.getByLabel("姓名").fill(reporter.name);
  await page.getByRole("button", { name: "查找" }).click();
  const found = page.getByRole("region", { name: "找到的信息" });
  await expect(found).toContainText("澹** ****0123");
  expect(page.url()).not.toContain(encodeURIComponent(reporter.name));
  const download = page.waitForEvent("download");
  await found.getByRole("button", { name: "导出全部信息" }).click();
  expect((await download).suggestedFilename()).toBe("personal-data.json");

  await found.getByRole("button", { name: "删除此人的信息" }).click();
  await found.getByLabel("原因").fill("来函第17号");
  const erase = found.getByRole("button", { name: "立即删除" });
  const typed = found.getByLabel("以确认");
  await typed.fill("澹台");
  await expect(erase).toBeDisabled();
  await typed.fill(reporter.name);
  expect(await violations(page, ".admin")).toEqual([]);
  await erase.click();
  await expect(page.locator(".once")).toContainText("联系方式 1 条");
  await expect(page.getByRole("region", { name: "删除记录" }).locator("tbody tr").first()).toContainText("来函第17号");
  await page.getByLabel("电话").fill(reporter.phone);
  await page.getByLabel("姓名").fill(reporter.name);
  await page.getByRole("button", { name: "查找" }).click();
  const nothing = page.getByRole("region", { name: "没有这个人的任何信息" });
  await expect(nothing).toContainText("删除过");
  await expect(nothing.getByRole("button")).toHaveCount(0);
});
