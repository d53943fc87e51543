import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName, isChecked, layerOf, listedColumns, missingFields, originOf, previewQuery, sameOptions, stateOf, wholeOptions, withColumn, withGuess, withLayer } from "./options";
import type { Import, Layer } from "./types";

function layerWith(name: string, columns: [string, string | null][], hidden = false): Layer {
  return {
    index: 0, name, format: "GeoJSON", features: 3, geometry: "Polygon", hidden, crs: { crs: "wgs84", text: "", from: "format" }, encoding: "", encoding_from: "", problems: [],
    columns: columns.map(([column, field]) => ({ name: column, samples: [`${column}1`], ...(field === null ? {} : { field }) })),
  };
}

const groups = layerWith("屯组", [["备注", null], ["名称", "name"], ["编码", "code"], ["编码2", null]]);
const fields = [{ name: "code", required: true }, { name: "name", required: false }, { name: "parent", required: true }];
const options = wholeOptions({ layer: "屯组", map: { code: "编码", name: "名称" } });

test("another layer takes its own columns along, and forgets the system and the encoding", () => {
  const villages = layerWith("村", [["XZQDM", "code"]]);
  assert.deepEqual(withLayer({ ...options, crs: "EPSG:4551", encoding: "GB18030", kind: "village_group" }, villages), { ...options, kind: "village_group", layer: "村", map: { code: "XZQDM" } });
});

test("options that name no layer mean the first that is shown", () => {
  const hidden = layerWith("旧", [], true);
  assert.equal(layerOf([hidden, groups], wholeOptions({}))?.name, "屯组");
  assert.equal(layerOf([hidden, groups], wholeOptions({ layer: "旧" }))?.name, "旧");
  assert.equal(layerOf([], options), null);
});

test("a column is read as one thing only", () => {
  assert.deepEqual(withColumn(options, "parent", "编码").map, { code: "", name: "名称", parent: "编码" });
  assert.deepEqual(withColumn(withColumn(options, "name", ""), "code", "").map, { name: "", code: "" });
  assert.deepEqual(withColumn(withColumn(options, "name", ""), "parent", "").map, { name: "", code: "编码", parent: "" });
});

test("what was guessed is told from what was chosen", () => {
  assert.equal(originOf(groups, options, "code"), "guessed");
  assert.equal(originOf(groups, withColumn(options, "code", "编码2"), "code"), "chosen");
  assert.equal(originOf(groups, options, "parent"), "none");
  assert.equal(originOf(groups, withColumn(options, "name", ""), "name"), "chosen", "none of what was guessed");
  assert.deepEqual(missingFields(fields, options), ["parent"]);
  assert.deepEqual(missingFields(fields, withColumn(options, "code", "")), ["code", "parent"]);
});

test("columns that are used come first, and all can be searched by what is in them", () => {
  assert.deepEqual(listedColumns(groups, fields, options, "").map((c) => c.column.name), ["编码", "名称", "备注", "编码2"]);
  assert.deepEqual(listedColumns(groups, fields, options, " 编码").map((c) => [c.column.name, c.field]), [["编码", "code"], ["编码2", null]]);
  assert.deepEqual(listedColumns(groups, fields, options, "备注1").map((c) => c.column.name), ["备注"]);
});

test("options are the same whatever the order they were chosen in", () => {
  const a = wholeOptions({ map: { code: "a", name: "b" }, repair: ["make-valid", "close-rings"] });
  const b = wholeOptions({ map: { name: "b", code: "a" }, repair: ["close-rings", "make-valid"] });
  assert.ok(sameOptions(a, b));
  for (const change of [{ crs: "gcj02" }, { partial: true }, { plan: "x" }, { map: { code: "a" } }, { repair: [] }, { layer: "b" }] as const) {
    assert.ok(!sameOptions(a, wholeOptions({ ...b, ...change, repair: "repair" in change ? [] : b.repair })), JSON.stringify(change));
  }
  assert.ok(!sameOptions(a, { ...b, map: { ...b.map, parent: "" } }), "no column for a field is another thing than any");
});

test("a check is about other options once one of them is changed, and about none while it runs", () => {
  const i = { state: "checked", report: {}, options } as unknown as Import;
  assert.ok(isChecked(i, { ...options }));
  assert.ok(!isChecked(i, { ...options, partial: true }));
  assert.ok(!isChecked({ ...i, state: "running" }, options));
  assert.ok(!isChecked({ ...i, report: null }, options));
});

test("a preview is asked for with what changes what is seen", () => {
  const q = new URLSearchParams(previewQuery({ ...withColumn(options, "name", ""), crs: "EPSG:4551", plan: "p", partial: true }));
  assert.deepEqual([...q], [["layer", "屯组"], ["crs", "EPSG:4551"], ["map", "code:编码"], ["map", "name:"]]);
});

test("a draft that is still to be published is not done yet, and stays written where that is refused", () => {
  const progress = { stage: "publish", done: 0, of: -1, per_second: 0, remaining_s: null } as const;
  assert.equal(stateOf({ state: "written", progress, plan: "p" }), "running");
  assert.equal(stateOf({ state: "written", progress: null, plan: "p" }), "written");
  assert.equal(stateOf({ state: "failed", progress: null, plan: "p" }), "written");
  assert.equal(stateOf({ state: "failed", progress: null, plan: null }), "failed");
  assert.equal(stateOf({ state: "checked", progress: null, plan: null }), "checked");
});

test("columns that are looked at again are taken as they seem to be, and a kind that was chosen stays", () => {
  const looked = { ...groups, kind: "village_group" as const };
  assert.deepEqual(withGuess({ ...options, map: {} }, looked), { ...options, kind: "village_group" });
  assert.equal(withGuess({ ...options, kind: "village" }, looked).kind, "village");
  assert.deepEqual(withGuess(options, null), options);
});

test("a shapefile is called as the part that has the shapes", () => {
  const file = (name: string) => ({ name, bytes: 1 });
  assert.equal(fileName({ files: [file("村.cpg"), file("村.SHP")] }), "村.SHP");
  assert.equal(fileName({ files: [file("村.zip")] }), "村.zip");
});
