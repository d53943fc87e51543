import assert from "node:assert/strict";
import { test } from "node:test";
import { delayS, outcomeOf, stepOf } from "./outcome";
import { shortNumber } from "./number";

const problem = (name: string, pointer = "") => ({ type: `urn:gridpatrol:problem:${name}`, title: "", errors: pointer === "" ? [] : [{ pointer, detail: "" }] });
const report = { type: "Feature", id: "01a2051c-271e-7b7b-9555-dde307f42ec1", properties: { follow_secret: "s" } };

test("only the report itself is a success", () => {
  assert.equal(outcomeOf(201, report, null).kind, "accepted");
  for (const body of [null, "<html>", {}, { id: "x" }, { id: "x", properties: {} }]) {
    assert.deepEqual(outcomeOf(200, body, null), { kind: "later", why: "away", waitS: null }, JSON.stringify(body));
  }
});

test("what leaves open whether the report is there is tried again", () => {
  for (const status of [0, 302, 403, 404, 407, 408, 500, 502, 504]) {
    assert.deepEqual(outcomeOf(status, null, null), { kind: "later", why: "away", waitS: null }, String(status));
  }
  assert.deepEqual(outcomeOf(500, problem("internal"), null), { kind: "later", why: "away", waitS: null });
  assert.deepEqual(outcomeOf(503, problem("unavailable"), "2"), { kind: "later", why: "busy", waitS: 2 });
  assert.deepEqual(outcomeOf(429, problem("too-many-requests"), "30"), { kind: "later", why: "busy", waitS: 30 });
  assert.deepEqual(outcomeOf(429, problem("too-many-requests"), "never"), { kind: "later", why: "busy", waitS: null });
  assert.deepEqual(outcomeOf(401, problem("invalid-token"), null), { kind: "later", why: "signin", waitS: null });
});

test("the server's own refusal ends it", () => {
  assert.deepEqual(outcomeOf(422, problem("outside-district", "/lon"), null), { kind: "refused", type: "outside-district", pointer: "/lon" });
  assert.deepEqual(outcomeOf(409, problem("idempotency-key-reused"), null), { kind: "refused", type: "idempotency-key-reused", pointer: "" });
  assert.deepEqual(outcomeOf(413, "<html>", null), { kind: "refused", type: "too-large", pointer: "" });
});

test("a refusal is shown at its question", () => {
  assert.equal(stepOf({ type: "outside-district", pointer: "/lon" }), "place");
  assert.equal(stepOf({ type: "invalid-values", pointer: "/lat" }), "place");
  assert.equal(stepOf({ type: "unknown-category", pointer: "/category" }), "what");
  assert.equal(stepOf({ type: "photo-format", pointer: "/photo/0" }), "more");
  assert.equal(stepOf({ type: "invalid-values", pointer: "/description" }), "more");
});

test("waiting grows to a minute", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 60].map(delayS), [5, 10, 20, 40, 60, 60]);
});

test("the short number stands at the end of the id", () => {
  assert.equal(shortNumber(report.id), "07F4-2EC1");
});
