import assert from "node:assert/strict";
import { test } from "node:test";
import { classAt, classesOf, maxClasses, rateClassesOf, roundDown, roundRate } from "./breaks";

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

test("rates are rounded down to what reads well", () => {
  for (const [n, want] of [[0, 0], [0.004, 0], [0.013, 0.012], [0.37, 0.35], [1, 1], [1.99, 1.8], [7.4, 7], [13, 12], [99, 95], [2213, 2000]] as const) {
    assert.equal(roundRate(n), want, `of ${n}`);
  }
});

test("classes of rates begin at 0, meet, rise, and hold every rate", () => {
  let seed = 11;
  for (let round = 0; round < 200; round++) {
    const rates = Array.from({ length: 1 + (round % 60) }, () => {
      seed = (seed * 16807) % 2147483647;
      return 0.01 + 900 * (seed / 2147483647) ** 6;
    });
    const classes = rateClassesOf(rates);
    assert.ok(classes.length >= 1 && classes.length <= maxClasses);
    assert.equal(classes[0]?.from, 0);
    assert.equal(classes.at(-1)?.to, null);
    for (let i = 1; i < classes.length; i++) {
      assert.equal(classes[i - 1]?.to, classes[i]?.from);
      assert.ok((classes[i]?.from ?? 0) > (classes[i - 1]?.from ?? 0));
    }
    for (const r of rates) {
      const c = classes[classAt(classes, r)];
      assert.ok(c !== undefined && r >= c.from && (c.to === null || r < c.to), `${r} of ${JSON.stringify(classes)}`);
    }
  }
  assert.deepEqual(rateClassesOf([]), []);
});
