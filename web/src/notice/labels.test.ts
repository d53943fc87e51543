import assert from "node:assert/strict";
import { test } from "node:test";
import { placed, widthOf, type Label } from "./labels";

const label = (text: string, x: number, y: number, rank = 1, turn = 0): Label => ({ text, x, y, size: 4, turn, sort: "", rank });
const texts = (all: Label[]) => all.map((l) => l.text);

test("of two names in one place the one that matters more stands", () => {
  assert.deepEqual(texts(placed([label("later", 50, 50, 2), label("first", 52, 51, 1)], 100, 100)), ["first"]);
  assert.deepEqual(texts(placed([label("one", 50, 50), label("two", 50, 60)], 100, 100)), ["one", "two"]);
});

test("a name that would stick out of the picture, or cover what is there, is left out", () => {
  assert.deepEqual(placed([label("东方楼院", 3, 50)], 100, 100), []);
  assert.deepEqual(placed([label("东方楼院", 50, 99)], 100, 100), []);
  assert.deepEqual(placed([label("东方楼院", 50, 50)], 100, 100, [{ x0: 45, y0: 45, x1: 55, y1: 55 }]), []);
});

test("an upright name takes height, not width", () => {
  assert.equal(placed([label("一二三四五六", 5, 50, 1, 90)], 100, 100).length, 1);
  assert.equal(placed([label("一二三四五六", 5, 50)], 100, 100).length, 0);
});

test("Chinese letters are as wide as they are high", () => {
  assert.equal(widthOf("网格"), 2);
  assert.ok(widthOf("grid") < 2.5);
});
