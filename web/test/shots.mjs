// Takes pictures of all screens for looking at: phone and desktop, both
// languages, light and dark. It sends some reports to the server, which should
// be a demo: one to follow, and some for the officers to have.
//
//   npm run shots -- http://127.0.0.1:8080 FOLDER [PART]
//
// With PART only the pictures whose names contain it: `phone-zh-light`, `heat`.
import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "@playwright/test";

const [url, folder, only = ""] = process.argv.slice(2);
if (!url || !folder) {
  console.error("usage: npm run shots -- URL FOLDER [PART]");
  process.exit(2);
}
const program = execFileSync("sh", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"]).toString().trim();
/** The password of the demo's accounts. */
const password = process.env["GRIDPATROL_TEST_PASSWORD"] ?? "gridpatrol-demo";

// A place in the town, near an edge, and a grid in the country.
const town = { lat: 43.52, lon: 125.66 };
const middle = "43.52000/125.66000";

const words = "路口井盖松动，车辆经过时翘起，夜里没有警示标志。";

/** Goes on in the report form, as far as a step; the server is sent nothing. */
async function form(page, step) {
  await page.locator(".panel.report .button.main").click();
  if (step === "what") return;
  await page.locator(".panel.report button", { hasText: /基础设施|Infrastructure/ }).first().click();
  await page.locator(".panel.report textarea").fill(words);
  await page.locator(".panel.report textarea").blur();
}

/** Opens the most urgent case of the list. */
async function firstCase(page) {
  await page.locator(".panel .row a").first().click();
}

const screens = [
  { name: "map", hash: "" },
  { name: "place", hash: `map=14.5/${middle}&at=${town.lat},${town.lon}` },
  { name: "village", hash: "map=12/43.60000/125.70000&at=43.6,125.7" },
  { name: "outside", hash: "map=9.5/43.60000/125.70000&at=43.9,125.7" },
  { name: "list", hash: "view=list" },
  { name: "report-place", hash: `view=report&map=15/${middle}&at=${town.lat},${town.lon}` },
  { name: "report-what", hash: `view=report&map=15/${middle}&at=${town.lat},${town.lon}`, then: (page) => form(page, "what") },
  { name: "report-more", hash: `view=report&map=15/${middle}&at=${town.lat},${town.lon}`, then: (page) => form(page, "more") },
  { name: "follow", hash: (sent) => `view=follow&id=${sent.id}&secret=${sent.properties.follow_secret}` },
  { name: "mine", hash: "view=follow" },
  { name: "heat-far", hash: "view=heat" },
  { name: "heat-months", hash: "view=heat&time=month" },
  { name: "heat-rate", hash: "view=heat&by=rate" },
  { name: "heat-significance", hash: "view=heat&by=significance" },
  { name: "heat-near", hash: `view=heat&map=12.5/${middle}` },
  { name: "heat-points", hash: `view=heat&map=15/${middle}` },
  { name: "signin", hash: "view=signin" },
  { name: "field-officer", hash: "view=field", as: "officer" },
  { name: "case-officer", hash: "view=field", as: "officer", then: firstCase },
  { name: "field-village", hash: "view=field", as: "village" },
  { name: "field-dispatcher", hash: "view=field", as: "dispatcher" },
  { name: "case-dispatcher", hash: "view=field", as: "dispatcher", then: firstCase },
  { name: "heat-dispatcher", hash: "view=heat&time=week", as: "dispatcher" },
  { name: "grids", hash: "view=grids", as: "planner" },
  { name: "people", hash: "view=people", as: "admin" },
  { name: "people-grid", hash: "view=people&area=grid:220112001001001", as: "admin" },
  { name: "people-vacant", hash: "view=people&tab=vacant&colour=village_group", as: "dispatcher" },
  { name: "people-handover", hash: "view=people&tab=handover", as: "admin" },
  { name: "plans", hash: "view=plans", as: "planner" },
  { name: "revisions", hash: "view=plans&tab=revisions", as: "planner" },
  { name: "notice", hash: "view=notice&grid=220112001001001" },
];
const sizes = [
  { name: "phone", viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  { name: "desktop", viewport: { width: 1440, height: 900 } },
];

await mkdir(folder, { recursive: true });

/** Asks the server for JSON. */
async function ask(path, body) {
  const answer = await fetch(url + path, body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** Sends reports into the first area of an account, which may have nothing to do yet. */
async function fill(login) {
  const me = await ask("/api/v1/session", { login, password });
  const code = me.scope.areas[0]?.split(":")[1];
  const found = await ask(`/api/v1/search?q=${code}&limit=100`);
  const [lon, lat] = found.features.find((f) => f.properties.code === code).geometry.coordinates;
  const what = { infrastructure: words, garbage_environment: "垃圾点三天没人清运，有异味。", fire_safety: "楼道里堆放纸箱，挡住消防通道。" };
  let i = 0;
  for (const [category, description] of Object.entries(what)) {
    await ask("/api/v1/reports", { category, description, lon: lon + 0.0004 * i, lat: lat - 0.0003 * i++ });
  }
}
for (const login of ["officer", "village"]) await fill(login);
const sent = await ask("/api/v1/reports", { category: "infrastructure", description: words, ...town });
const mine = JSON.stringify([{ id: sent.id, secret: sent.properties.follow_secret, category: "infrastructure", at: sent.properties.created_at }]);

const browser = await chromium.launch({
  executablePath: program,
  args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic"],
});

/** Opens a browser of its own, in which somebody may be signed in. */
async function contextFor(device, locale, colorScheme, login) {
  const context = await browser.newContext({ ...device, locale, colorScheme, reducedMotion: "reduce", baseURL: url });
  await context.addInitScript((kept) => location.protocol === "about:" || localStorage.setItem("gridpatrol-mine", kept), mine);
  if (login === "") return context;
  const session = await context.request.post("/api/v1/session", { data: { login, password } });
  if (session.status() !== 200) throw new Error(`signing in as ${login}: ${session.status()} ${await session.text()}`);
  await context.addInitScript(() => location.protocol === "about:" || localStorage.setItem("gridpatrol.signed-in", "1"));
  return context;
}

/** Takes the pictures of one account, size, language and theme. */
async function take({ name: size, ...device }, locale, colorScheme, login) {
  const prefix = `${size}-${locale.slice(0, 2)}-${colorScheme}`;
  const wanted = screens.filter((s) => (s.as ?? "") === login && `${prefix}-${s.name}`.includes(only));
  if (wanted.length === 0) return;
  const context = await contextFor(device, locale, colorScheme, login);
  const page = await context.newPage();
  for (const { name, hash, then } of wanted) {
    await page.goto("about:blank");
    // The network is never idle: the page listens for news.
    await page.goto(`/#${typeof hash === "function" ? hash(sent) : hash}`, { waitUntil: "load" });
    await page.waitForTimeout(2500); // tiles have come, names are placed, and cards have come to rest
    if (then !== undefined) {
      await then(page);
      await page.waitForTimeout(1200);
    }
    await page.screenshot({ path: join(folder, `${prefix}-${name}.png`) });
  }
  await context.close();
}

const logins = [...new Set(screens.map((s) => s.as ?? ""))];
for (const size of sizes) {
  for (const locale of ["zh-CN", "en-GB"]) {
    for (const colorScheme of ["light", "dark"]) {
      for (const login of logins) await take(size, locale, colorScheme, login);
    }
  }
}
await browser.close();
