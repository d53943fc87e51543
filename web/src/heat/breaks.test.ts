import assert from "node:assert/strict";
import { test } from "node:test";
import { classAt, classesOf, maxClasses, roundDown } from "./breaks";

test("numbers are rounded down to what reads well", () => {
  for (const [n, want] of [[0, 1], [1, 1], [7, 7], [9.9, 9], [10, 10], [13, 12], [19, 18], [20, 20], [27, 25], [99, 95], [100, 100], [1349, 1200], [2213, 2000]] as const) {
    assert.equal(roundDown(n), want, `of ${n}`);
  }
});

test("classes meet, rise, and hold every count", () => {
  let seed = 7;
  for (let round = 0; round < 200; round++) {
    const counts = Array.from({ length: 1 + (round % 60) }, () => {
      seed = (seed * 16807) % 2147483647;
      return 5 + Math.floor(2000 * (seed / 2147483647) ** 4);
    });
    const classes = classesOf(counts, 5);
    assert.ok(classes.length >= 1 && classes.length <= maxClasses);
    assert.equal(classes[0]?.from, 5);
    assert.equal(classes.at(-1)?.to, null);
    for (let i = 1; i < classes.length; i++) assert.equal(classes[i - 1]?.to, (classes[i]?.from ?? 0) - 1);
    for (const n of counts) {
      const c = classes[classAt(classes, n)];
      assert.ok(c !== undefined && n >= c.from && (c.to === null || n <= c.to), `${n} of ${JSON.stringify(classes)}`);
    }
  }
});

test("few counts have few classes", () => {
  assert.deepEqual(classesOf([], 5), []);
  assert.deepEqual(classesOf([2, 3], 5), []);
  assert.deepEqual(classesOf([1, 1, 1], 1), [{ from: 1, to: null }]);
  assert.equal(classAt([{ from: 5, to: null }], 4), -1);
});
