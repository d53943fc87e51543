import assert from "node:assert/strict";
import { test } from "node:test";
import type { AreaFeature, Seat } from "../api/types";
import { classAt, classesOf, shadeOf } from "./classes";
import { csvOf, field } from "./csv";
import { deviation, filtered, rowsOf, sorted, spreadOf } from "./rows";

function grid(code: string, name: string, households: number, ...staffing: Seat[]): AreaFeature {
  return { type: "Feature", id: code, geometry: { type: "MultiPolygon", coordinates: [] }, properties: { kind: "grid", code, name, class: households > 500 ? "urban" : "rural", households, population: households * 3, area_m2: 1e6, revision: 1, from_revision: 1, staffing } };
}

const rows = rowsOf(
  [
    grid("3", "第10网格", 300, { post: "grid_chief", number: 1, vacant: true }, { post: "grid_police", number: 1, vacant: true, deputy: true, name: "代" }),
    grid("1", "第2网格", 900, { post: "grid_chief", number: 1, name: "王" }, { post: "grid_member", number: 1, name: "李" }, { post: "volunteer", number: 1, vacant: true }),
    grid("2", "第1网格", 300, { post: "grid_chief", number: 1, name: "安" }),
  ],
  (p) => p.name,
  () => "平湖街道",
);
const codes = (list: typeof rows) => list.map((r) => r.code).join("");

test("vacancies are those of the grid's own posts, also where a deputy stands in", () => {
  assert.deepEqual(rows.map((r) => r.vacant), [2, 0, 0]);
});

test("sorting: names with numbers as numbers, vacant chiefs first, equal ones by code", () => {
  assert.equal(codes(sorted(rows, "name", false, "zh-CN")), "213");
  assert.equal(codes(sorted(rows, "households", false, "zh-CN")), "231");
  assert.equal(codes(sorted(rows, "households", true, "zh-CN")), "123");
  assert.equal(codes(sorted(rows, "grid_chief", false, "zh-CN")), "321");
  assert.equal(codes(sorted(rows, "vacant", true, "zh-CN")), "312");
});

test("filtering by words, all of them, and by class", () => {
  assert.equal(codes(filtered(rows, "平湖 李", "")), "1");
  assert.equal(codes(filtered(rows, "第", "rural")), "32");
  assert.equal(codes(filtered(rows, " ", "")), "312");
  assert.equal(codes(filtered(rows, "没有", "")), "");
});

test("spread", () => {
  assert.deepEqual(spreadOf([300, 900, 300]), { total: 1500, mean: 500, min: 300, max: 900 });
  assert.equal(spreadOf([]), null);
  assert.equal(deviation(900, 500), 0.8);
  assert.equal(deviation(5, 0), 0);
});

test("a file for spreadsheets runs nothing and opens as UTF-8", () => {
  assert.equal(csvOf(["名称", "n"], [["a,\"b\"", -1], ["=1+1", 2.5]]), "\uFEFF名称,n\r\n\"a,\"\"b\"\"\",-1\r\n'=1+1,2.5\r\n");
  for (const bad of ["=x", "+x", "-x", "@x", "\tx", "\rx", "＝x"]) assert.match(field(bad), /^"?'/, JSON.stringify(bad));
  assert.equal(field("a\nb"), '"a\nb"');
});

test("classes at round numbers hold every number, at most five of them", () => {
  assert.deepEqual(classesOf([0, 1, 2]), [{ from: 0, to: 0 }, { from: 1, to: 1 }, { from: 2, to: 2 }]);
  assert.deepEqual(classesOf([7]), [{ from: 7, to: 7 }]);
  assert.deepEqual(classesOf([]), []);
  for (const numbers of [[620, 2522, 1100], [0, 5], [1, 4999], [999, 1001], [13, 14, 60], [0, 0], [4, 1_000_000]]) {
    const classes = classesOf(numbers);
    assert.ok(classes.length <= 5, `${numbers}: ${classes.length} classes`);
    for (const n of numbers) assert.notEqual(classAt(classes, n), -1, `${n} of ${numbers}`);
  }
  assert.deepEqual([0, 1, 2].map((i) => shadeOf(i, 3, 5)), [0, 2, 4]);
});
