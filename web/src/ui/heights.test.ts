import assert from "node:assert/strict";
import { test } from "node:test";
import { movesSheet, restingStep, type Steps } from "./heights";

const steps: Steps = { peek: 90, half: 390, full: 756 };

test("a sheet that is let go rests at the nearest step", () => {
  assert.equal(restingStep(100, 0, steps), "peek");
  assert.equal(restingStep(250, 0.1, steps), "half");
  assert.equal(restingStep(700, -0.1, steps), "full");
});

test("a sheet that is thrown goes on to the next step", () => {
  assert.equal(restingStep(400, 1, steps), "full");
  assert.equal(restingStep(100, 1, steps), "half");
  assert.equal(restingStep(756, 1, steps), "full");
  assert.equal(restingStep(740, -1, steps), "half");
  assert.equal(restingStep(380, -1, steps), "peek");
  assert.equal(restingStep(80, -1, steps), "peek");
});

test("inside, a finger moves the sheet where there is nothing to scroll that way", () => {
  assert.equal(movesSheet(5, 0, "full"), true);
  assert.equal(movesSheet(5, 40, "full"), false);
  assert.equal(movesSheet(-5, 0, "half"), true);
  assert.equal(movesSheet(-5, 0, "full"), false);
});
