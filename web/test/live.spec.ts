import { violations } from "./axe";
import { expect, locate, openMap, panelOf, present, test } from "./app";
import { readQr } from "./qr";

const place = "#map=13.00/43.60000/125.70000&at=43.6,125.7";

test("a stream that is dropped is taken up again, and a publish is shown without moving what is read", async ({ page }) => {
  const cursors: (string | undefined)[] = [];
  await page.route("**/api/v1/events", async (route) => {
    cursors.push(route.request().headers()["last-event-id"]);
    // Each answer ends as a server does that goes away; the browser comes back.
    const more = cursors.length === 2 ? 'id: 12\nevent: revision.published\ndata: {"revision":99,"published_at":"2026-11-22T00:00:00Z"}\n\n' : "";
    if (cursors.length > 2) await new Promise((resolve) => setTimeout(resolve, 20_000));
    await route.fulfill({ contentType: "text/event-stream", body: `retry: 400\nid: 11\n\n${more}` }).catch(() => undefined);
  });
  await openMap(page, place);
  await expect(panelOf(page)).toContainText("网格长");
  const again = Promise.all([page.waitForRequest(/\/api\/v1\/locate/), page.waitForRequest(/\/tiles\/grids\/.*mvt/)]);
  await expect(page.getByText("边界已更新：第 99 版")).toBeVisible();
  await again;
  await expect(panelOf(page)).toContainText("网格长");
  await expect.poll(() => cursors).toEqual([undefined, "11", "12"]);
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("the page listens to the real stream, once", async ({ page }) => {
  const streams: string[] = [];
  page.on("request", (r) => {
    if (r.url().includes("/api/v1/events")) streams.push(r.url());
  });
  const answered = page.waitForResponse((r) => r.url().endsWith("/api/v1/events"));
  await openMap(page, place);
  expect((await answered).headers()["content-type"]).toContain("text/event-stream");
  await expect(panelOf(page)).toContainText(present((await locate(page, 125.7, 43.6)).areas["grid"], "grid").name);
  expect(streams.length).toBe(1);
});

test("a phone reads the page's address off the screen, by day and by night", async ({ page }) => {
  await page.goto("/#view=list");
  await page.getByRole("button", { name: "菜单" }).click();
  await page.getByRole("button", { name: "手机打开" }).click();
  const dialog = page.getByRole("dialog", { name: "用手机打开" });
  const address = await dialog.getByRole("textbox", { name: "地址" }).inputValue();
  expect(address).toBe(page.url());
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await readQr(page, dialog.getByRole("img")), colorScheme).toBe(address);
  }
  await expect(dialog).toContainText("手机打不开这个地址");
  expect(await violations(page, ".qr-dialog")).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("a server with an outside address gives that one, on paper too", async ({ page }) => {
  await page.route("**/api/v1/app", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), public_url: "https://grid.example.org" } });
  });
  await page.goto("/#view=list");
  await page.getByRole("button", { name: "菜单" }).click();
  await page.getByRole("button", { name: "手机打开" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("textbox")).toHaveValue("https://grid.example.org/#view=list");
  await expect(dialog).not.toContainText("打不开");
  await page.keyboard.press("Escape");
  await page.emulateMedia({ media: "print" });
  const code = page.locator(".print-qr svg");
  // The part of the program that prints it comes after the page.
  await expect(async () => {
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await expect(code).toBeVisible({ timeout: 100 });
  }).toPass();
  expect(await readQr(page, code)).toBe("https://grid.example.org/#view=list");
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await expect(page.locator(".print-qr")).toHaveCount(0);
});
