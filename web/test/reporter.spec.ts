import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "@playwright/test";
import { signIn } from "./accounts";
import { expect, present, test, withoutMap } from "./app";

/** Sends a report within the first area of an account's scope, with a name and a phone. */
async function send(browser: Browser, page: Page, area: string): Promise<string> {
  const [kind, code] = area.split(":");
  const found = await page.request.get(`/api/v1/search?q=${code}&limit=100`);
  const { features } = (await found.json()) as { features: { geometry: { coordinates: [number, number] }; properties: { kind: string; code: string } }[] };
  const [lon, lat] = present(features.find((f) => f.properties.kind === kind && f.properties.code === code), area).geometry.coordinates;
  const anonymous = await browser.newContext();
  const answer = await anonymous.request.post("/api/v1/reports", { data: { category: "infrastructure", lon, lat, description: "路灯不亮", reporter: { name: "欧阳修远", phone: "13912345678" } } });
  expect(answer.status()).toBe(201);
  const { id } = (await answer.json()) as { id: string };
  await anonymous.close();
  return id;
}

test("An officer sees a reporter's contact masked, and in clear for a reason", async ({ page, context, browser }) => {
  await withoutMap(context);
  const who = await signIn(context, "village");
  const id = await send(browser, page, present(who.scope.areas[0], "area"));
  await page.goto(`/#view=field&report=${id}`);
  const sheet = page.getByRole("complementary", { name: "事件详情" });
  await expect(sheet.getByRole("heading", { name: "上报人" })).toBeVisible();
  await expect(sheet).not.toContainText("5678");
  await sheet.getByRole("button", { name: "查看联系方式" }).click();
  await expect(sheet).toContainText("欧** ****5678");
  await sheet.getByRole("button", { name: "显示完整姓名和电话" }).click();
  await expect(sheet.getByRole("alert")).toContainText("请填写原因");
  const reason = sheet.getByLabel("查看完整姓名和电话的原因");
  const found = await new AxeBuilder({ page }).include(".reporter").analyze();
  expect(found.violations.map((v) => v.id)).toEqual([]);
  await reason.fill("到现场前联系上报人");
  await reason.press("Enter");
  await expect(sheet.getByRole("link", { name: "13912345678" })).toHaveAttribute("href", "tel:13912345678");
  await expect(sheet).toContainText("欧阳修远");
  await expect(reason).toHaveCount(0);

  // Nothing of it is shown with another report, nor once this one is opened again.
  await page.goto("about:blank");
  await page.goto(`/#view=field&report=${id}`);
  await expect(sheet.getByRole("button", { name: "查看联系方式" })).toBeVisible();
  await expect(sheet).not.toContainText("13912345678");
});

test("A planner does not see that there is a contact to ask for", async ({ page, context, browser }) => {
  const who = await signIn(context, "village");
  const id = await send(browser, page, present(who.scope.areas[0], "area"));
  await signIn(context, "planner");
  expect((await page.request.get(`/api/v1/reports/${id}/contact`)).status()).toBe(403);
  await page.goto(`/#view=field&report=${id}`);
  await expect(page.getByRole("heading", { level: 2 }).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "查看联系方式" })).toHaveCount(0);
});
