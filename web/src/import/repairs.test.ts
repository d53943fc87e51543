import assert from "node:assert/strict";
import { test } from "node:test";
import { formatRepairs, parseRepairs, withRepair } from "./repairs";

test("repairs are read and written as the server names them", () => {
  const all = ["close-rings", "make-valid", "snap=0.5m", "align-to=village,20m"];
  assert.deepEqual(parseRepairs(all), { closeRings: true, makeValid: true, snapM: 0.5, alignTo: { kind: "village", metres: 20 } });
  assert.deepEqual(formatRepairs(parseRepairs(all)), all);
  assert.deepEqual(formatRepairs(parseRepairs([])), []);
});

test("what is no repair is left out", () => {
  assert.deepEqual(formatRepairs(parseRepairs(["snap=much", "align-to=country,5m", "align-to=grid", "mend-all", "snap=1km"])), []);
});

test("a repair takes the place of one of its sort", () => {
  assert.deepEqual(withRepair(["close-rings", "snap=0.5m"], "snap=2m"), ["close-rings", "snap=2m"]);
  assert.deepEqual(withRepair([], "make-valid"), ["make-valid"]);
});
