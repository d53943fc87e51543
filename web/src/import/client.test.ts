import assert from "node:assert/strict";
import { test } from "node:test";
import { importErrorOf } from "./client";
import { language } from "../i18n/i18n";
import { errorText, left, size } from "./words";

const format = { type: "urn:gridpatrol:problem:format-refused", title: "…", status: 422, detail: "a.dwg is an AutoCAD drawing; export it as a shapefile", problem: "FORMAT_REFUSED", problems: [{ feature: 0, code: "", problem: "FORMAT_REFUSED", severity: "error", detail: "", lon: null, lat: null }] };

test("a refused file says what is wrong with it and what to do", () => {
  const e = importErrorOf(422, format);
  assert.equal(e.fault, "FORMAT_REFUSED");
  assert.equal(e.problems.length, 1);
  language.value = "zh";
  assert.match(errorText(e), /^这种格式不能读。.*另存为/);
  language.value = "en";
  assert.match(errorText(e), /AutoCAD drawing; export it as a shapefile\. Save it as/);
  assert.equal(importErrorOf(422, { ...format, problem: undefined }).fault, "FORMAT_REFUSED", "of the first problem listed");
});

test("what no server of ours answered is told in plain words", () => {
  language.value = "zh";
  assert.match(errorText(importErrorOf(502, null)), /连不上服务器/);
  assert.match(errorText(importErrorOf(413, "<html>")), /256 MiB/);
  assert.match(errorText(importErrorOf(403, {})), /没有这项权限/);
  assert.match(errorText(importErrorOf(409, { type: "urn:gridpatrol:problem:too-many-imports" })), /最多 8 个/);
  assert.match(errorText(importErrorOf(400, { detail: "odd" })), /没有接受：odd/);
});

test("sizes and times are told in units that read well", () => {
  language.value = "zh";
  assert.deepEqual([0, 1023, 1536, 300 << 20].map(size), ["0 B", "1,023 B", "1.5 KiB", "300 MiB"]);
  assert.equal(left(null), "");
  assert.equal(left(12.2), "还需约 13 秒");
  assert.equal(left(601), "还需约 11 分钟");
});
