import assert from "node:assert/strict";
import { test } from "node:test";
import { setsOf } from "./files";

const files = (...names: string[]) => names.map((name, i) => ({ name, size: 10 + i }));
const told = (...names: string[]) => setsOf(files(...names)).map((s) => [s.name, s.files.length, s.missing]);

test("the parts of a shapefile are one thing, whatever the case of their names", () => {
  assert.deepEqual(told("屯组.DBF", "屯组.shp", "屯组.SHX", "屯组.prj", "屯组.cpg", "屯组.shp.xml", "屯组.sbn"), [["屯组.shp", 7, []]]);
});

test("what a shapefile lacks is named", () => {
  assert.deepEqual(told("a.shp", "a.shx"), [["a.shp", 2, [".dbf", ".prj"]]]);
});

test("other files are a thing each, and what nobody means is left out", () => {
  assert.deepEqual(told("a.geojson", "b.zip", "名单.xlsx", ".DS_Store", "~$名单.xlsx", "Thumbs.db"), [["a.geojson", 1, []], ["b.zip", 1, []], ["名单.xlsx", 1, []]]);
  assert.deepEqual(told("a.dbf"), [["a.dbf", 1, []]], "a table without shapes is no shapefile");
  assert.deepEqual(told(), []);
});

test("two shapefiles in a folder are two things", () => {
  assert.deepEqual(told("a.shp", "a.dbf", "a.shx", "a.prj", "b.shp", "b.dbf", "b.shx", "b.prj").map((s) => s[0]), ["a.shp", "b.shp"]);
  assert.equal(setsOf(files("a.shp", "a.dbf"))[0]?.bytes, 21);
});
