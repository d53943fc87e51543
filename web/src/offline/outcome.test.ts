import assert from "node:assert/strict";
import { test } from "node:test";
import { aheadOf } from "./clock";
import { delayS, outcomeOf } from "./outcome";

const problem = (name: string, more: object = {}) => ({ type: `urn:gridpatrol:problem:${name}`, title: "", detail: "why", ...more });

test("only an answer in JSON settles an item", () => {
  assert.deepEqual(outcomeOf(201, { id: "a" }, null, '"v2"', 0), { kind: "accepted", answer: { id: "a" }, etag: '"v2"' });
  for (const body of [null, "<html>", 3]) assert.deepEqual(outcomeOf(200, body, null, null, 0), { kind: "later", why: "away", waitS: null });
});

test("what leaves open whether it was taken is sent again", () => {
  for (const status of [0, 302, 401, 403, 404, 409, 500, 502]) {
    assert.deepEqual(outcomeOf(status, null, null, null, 0), { kind: "later", why: "away", waitS: null }, String(status));
  }
  assert.deepEqual(outcomeOf(401, problem("sign-in-required"), null, null, 0), { kind: "later", why: "signin", waitS: null });
  assert.deepEqual(outcomeOf(503, problem("unavailable"), "7", null, 0), { kind: "later", why: "busy", waitS: 7 });
  assert.deepEqual(outcomeOf(429, problem("rate"), "1e9", null, 0), { kind: "later", why: "busy", waitS: 3600 });
  assert.deepEqual(outcomeOf(500, problem("internal"), null, null, 0), { kind: "later", why: "fault", waitS: null });
});

test("the server's refusal is kept with all it says", () => {
  const said = outcomeOf(409, problem("state-conflict", { allow: ["comment"], errors: [{ pointer: "/type", detail: "no" }] }), null, null, 5);
  assert.deepEqual(said, { kind: "refused", refusal: { status: 409, type: "state-conflict", detail: "why", errors: [{ pointer: "/type", detail: "no" }], allow: ["comment"], at: 5 } });
  assert.equal(outcomeOf(413, null, null, null, 0).kind, "refused");
});

test("waiting grows, to a minute", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 99].map(delayS), [5, 10, 20, 40, 60, 60]);
});

test("the clocks are compared in the middle of an exchange", () => {
  const server = Date.parse("2026-03-01T08:00:00Z");
  assert.equal(aheadOf("Sun, 01 Mar 2026 08:00:00 GMT", server + 299_500, server + 301_500), 300_000);
  assert.equal(aheadOf("Sun, 01 Mar 2026 08:00:00 GMT", server - 60_000, server - 59_000), -60_000);
  assert.equal(aheadOf(null, 0, 0), null);
  assert.equal(aheadOf("soon", 0, 0), null);
});
