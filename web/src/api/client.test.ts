import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { ApiError, get } from "./client";

/** A network that takes requests and brings nothing back; each lasts until it is given up. */
function silence(t: TestContext): { asked: number; givenUp: number } {
  const seen = { asked: 0, givenUp: 0 };
  t.mock.method(globalThis, "fetch", (_: string, how: RequestInit) => {
    seen.asked++;
    return new Promise((_, no) => {
      how.signal?.addEventListener("abort", () => {
        seen.givenUp++;
        no(how.signal?.reason as Error);
      });
    });
  });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  return seen;
}

const settled = () => new Promise((done) => setImmediate(done));

test("what never answers is given up: after seconds what is at hand, after a minute what is reckoned", async (t) => {
  const seen = silence(t);
  const faults: unknown[] = [];
  for (const path of ["/api/v1/patrols?assignee=me", "/api/v1/areas/grid/01", "/api/v1/areas/grid/01/sheet?date=2026-11-02", "/api/v1/areas/grid/01/coverage?from=a"]) {
    get(path).catch((e: unknown) => faults.push(e));
  }
  await settled();
  t.mock.timers.tick(6_000);
  await settled();
  assert.equal(seen.givenUp, 3);
  t.mock.timers.tick(54_000);
  await settled();
  assert.equal(seen.givenUp, 4);
  assert.equal(faults.length, 4);
  for (const e of faults) assert.ok(e instanceof ApiError && e.trouble === "away" && e.type === "unreachable", String(e));
});

test("who gives up a request hears of that, and not of the network", async (t) => {
  silence(t);
  const mine = new AbortController();
  const asked = get("/api/v1/reports", mine.signal);
  await settled();
  mine.abort();
  await assert.rejects(asked, { name: "AbortError" });
});

test("an answer that breaks off, or is of something in between, is none", async (t) => {
  t.mock.method(globalThis, "fetch", () => Promise.resolve(new Response("<html>")));
  await assert.rejects(get("/api/v1/reports"), (e) => e instanceof ApiError && e.trouble === "away");
});
