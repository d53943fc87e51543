// Measures how long a page needs for a frame of a drag and of a brush: the
// numbers of all grids that they change, reckoned in Chromium from the
// boundaries of a running demo and from 16,000 reports put at random within
// them, beside the homes that the server gives.
//
//   GRIDPATROL_TEST_PASSWORD=… node test/plan.measure.mjs http://127.0.0.1:8080 [REPORTS]
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { build } from "esbuild";

const [url, reports = "16000"] = process.argv.slice(2);
const password = process.env.GRIDPATROL_TEST_PASSWORD;
if (!url || !password) {
  console.error("usage: GRIDPATROL_TEST_PASSWORD=… node test/plan.measure.mjs URL [REPORTS]");
  process.exit(2);
}

// What is measured runs in the page.
const measured = `
import { newTopology } from "./plan/model/topology";
import { newTallies } from "./plan/model/tallies";

function timed(run) {
  const from = performance.now();
  const out = run();
  return [out, performance.now() - from];
}

export function measure(features, basis) {
  const locked = ["district", "township", "village"];
  const [t, built] = timed(() => newTopology(features, locked));
  const [tallies, counted] = timed(() => newTallies(basis, 365, t));
  const out = { nodes: 0, built: [built], counted: [counted], first: [], frame: [], far: [], brush: [], applied: [], followed: [], lookedUp: [] };
  const grids = t.areas("grid");
  out.nodes = grids.reduce((n, g) => n + t.nodesOf(g.key).length, 0);
  grids.forEach((g, i) => {
    const nodes = t.nodesOf(g.key).filter((q) => t.lockedAt(q) === null);
    const from = nodes[(7 * i) % nodes.length];
    if (from !== undefined) {
      // Round the node in circles: as people drag, up to about 800 metres, then across the whole district.
      for (const [far, into] of [[80_000, out.frame], [5_000_000, out.far]]) {
        for (let k = 0; k < 40; k++) {
          const to = { lon: from.lon + Math.round(far * (k / 40) * Math.cos(k)), lat: from.lat + Math.round(far * (k / 40) * Math.sin(k)) };
          const [, ms] = timed(() => tallies.move(t.moveNode(from, to)));
          (k === 0 && far < 1e6 ? out.first : into).push(ms);
        }
      }
      const op = { op: "move_node", from: [from.lon / 1e7, from.lat / 1e7], to: [(from.lon + 9000) / 1e7, (from.lat + 9000) / 1e7] };
      const [next, applied] = timed(() => t.applied(op));
      out.applied.push(applied);
      if (next !== null) out.followed.push(timed(() => tallies.follow(next))[1]);
      out.lookedUp.push(timed(() => [t.snap(from, 20), t.areasAt(from)])[1]);
    }
    const units = t.areas("village_group").filter((v) => v.box.west <= g.box.east + 50_000 && v.box.east >= g.box.west - 50_000 && v.box.south <= g.box.north && v.box.north >= g.box.south);
    for (let k = 1; k <= Math.min(units.length, 40); k++) out.brush.push(timed(() => tallies.paint(units.slice(0, k), g))[1]);
  });
  return out;
}
`;
const src = join(dirname(dirname(fileURLToPath(import.meta.url))), "src");
const { outputFiles } = await build({ stdin: { contents: measured, resolveDir: src, loader: "js" }, bundle: true, write: false, format: "iife", globalName: "measuring", target: "es2022", minify: true, logLevel: "warning" });

const program = execFileSync("sh", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"]).toString().trim();
const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });
const context = await browser.newContext();
const signedIn = await context.request.post(`${url}/api/v1/session`, { data: { login: "planner", password } });
if (!signedIn.ok()) throw new Error(`signing in: ${signedIn.status()}`);
const ask = async (path) => (await context.request.get(`${url}${path}`)).json();
const features = [];
for (const kind of ["district", "township", "village", "grid", "village_group", "compound"]) features.push(...(await ask(`/api/v1/areas/${kind}`)).features);
const plan = await (await context.request.post(`${url}/api/v1/plans`, { data: { title: "measured" } })).json();
const { homes } = await ask(`/api/v1/plans/${plan.id}/basis?days=365`);
await context.request.delete(`${url}/api/v1/plans/${plan.id}`);

const page = await context.newPage();
await page.evaluate(outputFiles[0].text.replace(/^(?:"use strict";)?var measuring/, "window.measuring"));
const found = await page.evaluate(({ features, homes, basis }) => ({ homes: homes.lon_e7.length, areas: features.length, ...window.measuring.measure(features, basis) }), { features, homes, basis: { homes, reports: invented(Number(reports)) } });
await browser.close();

console.log(`${found.areas} areas, ${found.nodes} corners of grids, ${reports} reports, ${found.homes} homes`);
const words = { built: "shared nodes made", counted: "all counted", first: "first frame of a drag", frame: "frame of a drag, up to 800 m", far: "frame of a drag across the district", brush: "frame of a brush, 1 to 40 groups", applied: "node moved on the page", followed: "numbers after that", lookedUp: "snap and areas at a place" };
for (const [name, what] of Object.entries(words)) {
  const took = found[name].sort((x, y) => x - y);
  const at = (share) => took[Math.min(took.length - 1, Math.ceil(share * took.length) - 1)]?.toFixed(2);
  console.log(`${what}: ${took.length} times: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms`);
}

// Half of them where people live, half anywhere in the box of the district.
function invented(wanted) {
  let a = 1;
  const random = () => (a = (a * 48271) % 2147483647) / 2147483647;
  const out = { lon_e7: [], lat_e7: [], age_days: [], open: [], category: [] };
  const range = (of) => [of.reduce((x, y) => Math.min(x, y)), of.reduce((x, y) => Math.max(x, y))];
  const [[west, east], [south, north]] = [range(homes.lon_e7), range(homes.lat_e7)];
  for (let i = 0; i < wanted; i++) {
    const k = Math.floor(random() * homes.lon_e7.length);
    const [lon, lat] = i % 2 === 0 ? [homes.lon_e7[k] + random() * 9000, homes.lat_e7[k] + random() * 9000] : [west + random() * (east - west), south + random() * (north - south)];
    out.lon_e7.push(Math.round(lon));
    out.lat_e7.push(Math.round(lat));
    out.age_days.push(Math.floor(random() * 365));
    out.open.push(random() < 0.1 ? 1 : 0);
    out.category.push(0);
  }
  return out;
}
