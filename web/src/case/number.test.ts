import assert from "node:assert/strict";
import { test } from "node:test";
import { numberOf } from "./number";

test("a report's number can be read out", () => {
  assert.equal(numberOf("01a2051b-559e-76b8-b8a5-46150edb0f45"), "0EDB-0F45");
  assert.equal(numberOf("x"), "X");
});
