import assert from "node:assert/strict";
import { test } from "node:test";
import { freeLike, nextName } from "./codes";

test("a part gets the lowest code of its unit that is not taken", () => {
  assert.equal(freeLike("220112001001002", ["220112001001001", "220112001001002", "220112001001004"]), "220112001001003");
  assert.equal(freeLike("220112001001C001", ["220112001001C001"]), "220112001001C002");
  assert.equal(freeLike("220112001001001", Array.from({ length: 999 }, (_, i) => `220112001001${String(i + 1).padStart(3, "0")}`)), "");
});

test("a part's name counts on from the whole's", () => {
  assert.equal(nextName("幸福社区第02网格", ["幸福社区第01网格", "幸福社区第02网格", "幸福社区第03网格"]), "幸福社区第04网格");
  assert.equal(nextName("第9组", []), "第10组");
  assert.equal(nextName("瑞景名苑", ["瑞景名苑（2）"]), "瑞景名苑（3）");
});
