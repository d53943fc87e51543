// Takes pictures of the screens for looking at: phone and desktop, both
// languages, light and dark.
//
//   npm run shots -- http://127.0.0.1:8080 FOLDER
import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "@playwright/test";

const [url, folder] = process.argv.slice(2);
if (!url || !folder) {
  console.error("usage: npm run shots -- URL FOLDER");
  process.exit(2);
}
const program = execFileSync("sh", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"]).toString().trim();

// A place in the town, near an edge, and a grid in the country.
const town = "125.66,43.52".split(",").map(Number);
const screens = [
  { name: "map", hash: "" },
  { name: "place", hash: `map=14.5/${town[1]}/${town[0]}&at=${town[1]},${town[0]}` },
  { name: "village", hash: "map=12/43.60000/125.70000&at=43.6,125.7" },
  { name: "outside", hash: "map=9.5/43.60000/125.70000&at=43.9,125.7" },
  { name: "list", hash: "view=list" },
];
const sizes = [
  { name: "phone", viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  { name: "desktop", viewport: { width: 1440, height: 900 } },
];

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: program,
  args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic"],
});
for (const { name: size, ...device } of sizes) {
  for (const locale of ["zh-CN", "en-GB"]) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ ...device, locale, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      for (const { name, hash } of screens) {
        await page.goto("about:blank");
        // The network is never idle: the page listens for news.
        await page.goto(`${url}/#${hash}`, { waitUntil: "load" });
        await page.waitForTimeout(2500); // tiles have come, names are placed, and cards have come to rest
        await page.screenshot({ path: join(folder, `${size}-${locale.slice(0, 2)}-${colorScheme}-${name}.png`) });
      }
      await context.close();
    }
  }
}
await browser.close();
