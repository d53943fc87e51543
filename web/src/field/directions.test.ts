import assert from "node:assert/strict";
import { test } from "node:test";
import { mapLinks } from "./directions";

test("every link has the order and the datum its app reads", () => {
  const links = new Map(mapLinks(125.7, 43.6, "消防 & 1", "Android").map((l) => [l.app, new URL(l.href)]));
  const amap = links.get("amap")?.searchParams;
  assert.equal(amap?.get("position"), "125.700000,43.600000");
  assert.equal(amap?.get("coordinate"), "wgs84");
  assert.equal(amap?.get("name"), "消防 & 1");
  const baidu = links.get("baidu")?.searchParams;
  assert.equal(baidu?.get("location"), "43.600000,125.700000");
  assert.equal(baidu?.get("coord_type"), "wgs84");
  assert.equal(links.get("phoneMap")?.protocol, "geo:");
});

test("a desk computer has no map app of its own", () => {
  assert.deepEqual(mapLinks(125.7, 43.6, "x", "X11; Linux x86_64").map((l) => l.app), ["amap", "baidu"]);
});
