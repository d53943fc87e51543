import { defineConfig } from "@playwright/test";

/** Names what the Go test that starts all this has to give. */
function given(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is missing: run these tests with go test ./cmd/gridpatrol -run TestBrowser`);
  return value;
}

// A server for each worker, which this file is read in again.
const servers = given("GRIDPATROL_TEST_URL").split(" ");
const server = servers[Number(process.env["TEST_PARALLEL_INDEX"] ?? 0) % servers.length] ?? "";

// Chromium draws the map in software: small pictures, and no more pages at a time
// than there are servers.
export default defineConfig({
  testDir: ".",
  outputDir: given("GRIDPATROL_TEST_OUTPUT"),
  workers: servers.length,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: server,
    viewport: { width: 800, height: 600 },
    deviceScaleFactor: 1,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    trace: "off",
    // Files that a page keeps for the time without a network would come between
    // the tests of that page; offline.spec.ts allows it.
    serviceWorkers: "block",
    contextOptions: { reducedMotion: "reduce" },
    launchOptions: {
      executablePath: given("GRIDPATROL_TEST_CHROMIUM"),
      args: [
        "--no-sandbox",
        "--use-gl=angle",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
