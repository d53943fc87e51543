import assert from "node:assert/strict";
import { test } from "node:test";
import { matches, ordered } from "./used";

const all = [
  { code: "fire", name: "消防安全", name_en: "Fire safety" },
  { code: "theft", name: "防盗安全", name_en: "Theft prevention" },
  { code: "other", name: "其他", name_en: "Other" },
];

test("what was used last comes first, the rest in the server's order", () => {
  assert.deepEqual(ordered(all, ["other", "gone"]).map((c) => c.code), ["other", "fire", "theft"]);
  assert.deepEqual(ordered(all, []).map((c) => c.code), ["fire", "theft", "other"]);
});

test("a category is found by a part of its name in both languages", () => {
  const found = (text: string) => all.filter((c) => matches(c, text)).map((c) => c.code);
  assert.deepEqual(found("安全"), ["fire", "theft"]);
  assert.deepEqual(found(" FIRE "), ["fire"]);
  assert.deepEqual(found("nothing"), []);
  assert.deepEqual(found(""), ["fire", "theft", "other"]);
});
