import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "./en";
import { fill, languageFor } from "./pick";
import { zh, type Key } from "./zh";

test("the browser's first language that is there", () => {
  assert.equal(languageFor(["zh-CN", "en"]), "zh");
  assert.equal(languageFor(["fr", "zh-Hant-TW"]), "zh");
  assert.equal(languageFor(["en-US", "zh"]), "en");
  assert.equal(languageFor(["de"]), "en");
  assert.equal(languageFor([]), "en");
});

test("values in texts", () => {
  assert.equal(fill("{n} of {m}", { n: 1, m: "$&" }), "1 of $&");
  assert.equal(fill("{toString}", {}), "{toString}");
});

test("both languages take the same values", () => {
  const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
  for (const key of Object.keys(zh) as Key[]) {
    assert.deepEqual(names(en[key]), names(zh[key]), key);
    assert.notEqual(en[key].trim(), "", key);
  }
});
