import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { expect, test } from "@playwright/test";
import { present, share } from "./app";

const root = join(import.meta.dirname, "../..");
const text = readFileSync(join(root, "docs/cookbook.md"), "utf8");

// A page, and beneath it what the page says; … is anything.
const pages = [...text.matchAll(/^```html\n(.*?)^```\n+(?:^```text\n(.*?)^```)?/gms)];

test("the cookbook has pages", () => {
  expect(pages.length).toBeGreaterThan(0);
});

for (const [i, [, source = "", says = ""]] of pages.entries()) {
  test(`page ${i + 1} of the cookbook draws the district`, async ({ page, baseURL }) => {
    const faults: string[] = [];
    page.on("pageerror", (e) => faults.push(e.message));
    page.on("console", (m) => {
      if (m.type() === "error" || m.type() === "warning") faults.push(m.text());
    });
    // The map library comes from where the cookbook has it, of the version that is here.
    const { version } = JSON.parse(readFileSync(join(root, "web/node_modules/maplibre-gl/package.json"), "utf8")) as { version: string };
    await page.route(/^https:/, (route) => {
      const url = new URL(route.request().url());
      if (!url.href.startsWith(`https://unpkg.com/maplibre-gl@${version}/dist/`)) return route.abort();
      return route.fulfill({
        path: join(root, "web/node_modules/maplibre-gl/dist", basename(url.pathname)),
        contentType: url.pathname.endsWith(".css") ? "text/css" : "text/javascript",
        headers: { "Access-Control-Allow-Origin": "*" },
      });
    });
    // The page is of another server than what it shows, a real one: browsers keep
    // pages of unknown origin from addresses of this machine.
    const html = source.replaceAll("http://127.0.0.1:8080", present(baseURL, "baseURL").replace(/\/$/, ""));
    const server = createServer((_, answer) => answer.setHeader("Content-Type", "text/html; charset=utf-8").end(html)).listen(0, "127.0.0.1");
    await once(server, "listening");
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const pattern = says.trim().split("…").map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*");
    await expect(page.locator("#says")).toHaveText(new RegExp(`^${pattern}$`), { timeout: 30_000 });
    await expect(page.locator("#says")).toHaveText(/^[1-9]/);
    // The recipe's own layer, over what the style draws.
    await expect.poll(() => share(page, page.locator("#map"), (r, g, b) => r > 150 && g < 130 && b < 130)).toBeGreaterThan(0.002);
    expect(faults).toEqual([]);
    server.close();
  });
}
