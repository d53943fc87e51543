// Measures how long a new report takes from the answer that it is accepted to
// being seen on open pages: when its row is in the page, and when the frame
// with it is drawn. Maps are drawn in software here, page by page on the same
// processors, so the second says more of the machine than of us.
//
//   GRIDPATROL_TEST_PASSWORD=… node test/live.measure.mjs http://127.0.0.1:8080 [PAGES] [REPORTS]
import { execFileSync } from "node:child_process";
import { chromium } from "@playwright/test";

const [url, pages = "5", reports = "40"] = process.argv.slice(2);
const password = process.env.GRIDPATROL_TEST_PASSWORD;
if (!url || !password) {
  console.error("usage: GRIDPATROL_TEST_PASSWORD=… node test/live.measure.mjs URL [PAGES] [REPORTS]");
  process.exit(2);
}
const program = execFileSync("sh", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"]).toString().trim();
const browser = await chromium.launch({
  executablePath: program,
  args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows", "--disable-background-timer-throttling"],
});

// Each page is another person's browser: over plain HTTP one browser has six
// connections to a server, and every open page takes one of them for its news.
async function person(category) {
  const context = await browser.newContext({ viewport: { width: 800, height: 600 }, reducedMotion: "reduce", locale: "zh-CN" });
  const signedIn = await context.request.post(`${url}/api/v1/session`, { data: { login: "village", password } });
  if (!signedIn.ok()) throw new Error(`signing in: ${signedIn.status()}`);
  category ??= await rarest(context);
  await context.addInitScript(() => {
    if (location.protocol !== "about:") localStorage.setItem("gridpatrol.signed-in", "1");
    // When each report's row was there and the frame with it was drawn, by the clock of the machine.
    window.seen = {};
    new MutationObserver(() => {
      for (const { dataset } of document.querySelectorAll(".cases a[data-id]")) {
        if (dataset.id in window.seen) continue;
        const moment = { there: performance.timeOrigin + performance.now(), drawn: 0 };
        window.seen[dataset.id] = moment;
        requestAnimationFrame(() => requestAnimationFrame(() => (moment.drawn = performance.timeOrigin + performance.now())));
      }
    }).observe(document, { childList: true, subtree: true });
  });
  const page = await context.newPage();
  await page.goto(`${url}/#view=field&status=new&category=${category}`);
  await page.locator(".cases h3, .cases .empty").first().waitFor();
  return { page, context, category, area: (await signedIn.json()).scope.areas[0] };
}

// The kind of report of which fewest are there: no row waits for scrolling.
async function rarest(context) {
  const counts = [];
  for (const { code } of await (await context.request.get(`${url}/api/v1/categories`)).json()) {
    const list = await (await context.request.get(`${url}/api/v1/reports?status=reported,verified,dispatched&category=${code}&limit=100`)).json();
    counts.push([list.features.length, code]);
  }
  return counts.sort((a, b) => a[0] - b[0])[0][1];
}

const open = [await person()];
const { category } = open[0];
while (open.length < Number(pages)) open.push(await person(category));
const [kind, code] = open[0].area.split(":");
await new Promise((r) => setTimeout(r, 3000)); // the streams are open, the maps drawn

const area = await (await open[0].context.request.get(`${url}/api/v1/search?q=${code}&limit=100`)).json();
const [lon, lat] = area.features.find((f) => f.properties.kind === kind && f.properties.code === code).geometry.coordinates;
const sent = [];
for (let i = 0; i < Number(reports); i++) {
  const answer = await fetch(`${url}/api/v1/reports`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ category, lon: lon + (i % 7) * 1e-4, lat: lat + (i % 5) * 1e-4, description: `measured ${i}` }),
  });
  const accepted = Date.now();
  if (answer.status !== 201) throw new Error(`report ${i}: ${answer.status} ${await answer.text()}`);
  sent.push({ id: (await answer.json()).id, accepted });
  // Every page draws its map anew for it, in software here.
  await new Promise((r) => setTimeout(r, 1500));
}
await new Promise((r) => setTimeout(r, 3000));
const seen = await Promise.all(open.map(({ page }) => page.evaluate(() => window.seen)));
for (const [moment, words] of [["there", "in the page"], ["drawn", "drawn"]]) {
  const took = seen.flatMap((s) => sent.flatMap(({ id, accepted }) => (s[id]?.[moment] > 0 ? [Math.max(0, s[id][moment] - accepted)] : [])));
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.min(took.length - 1, Math.ceil(share * took.length) - 1)]?.toFixed(0);
  const missing = sent.length * open.length - took.length;
  console.log(`${words}: ${sent.length} reports on ${open.length} pages: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms; not seen ${missing}`);
}
await browser.close();
