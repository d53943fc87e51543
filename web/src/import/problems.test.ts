import assert from "node:assert/strict";
import { test } from "node:test";
import { counted, grouped, readingsOf, repairsFor } from "./problems";
import { problemFacts, problemHelp, problemName } from "./said";
import { en } from "./saiden";
import { zh } from "./saidzh";
import { language } from "../i18n/i18n";
import type { FileProblem } from "./types";

const problem = (name: string, more: Partial<FileProblem> = {}): FileProblem => ({ feature: 1, code: "", problem: name, severity: "error", detail: `${name} here`, lon: null, lat: null, ...more });

test("problems are grouped by what they are, errors first, then the most frequent", () => {
  const found = [problem("GAP", { severity: "warning" }), problem("SPIKE"), problem("GAP"), problem("GAP"), problem("GAP", { severity: "warning" }), problem("GAP", { severity: "warning" })];
  assert.deepEqual(grouped(found).map((g) => [g.problem, g.severity, g.problems.length]), [["GAP", "error", 2], ["SPIKE", "error", 1], ["GAP", "warning", 3]]);
  assert.deepEqual(counted(found), { errors: 3, warnings: 3 });
});

test("a repair is offered with how many it would mend, and not for what is mended", () => {
  const [group] = grouped([problem("GAP", { repair: "snap=0.5m" }), problem("GAP", { repair: "align-to=village,20m" }), problem("GAP", { repair: "snap=0.5m" }), problem("GAP")]);
  assert.ok(group !== undefined);
  assert.deepEqual(repairsFor(group), [{ repair: "snap=0.5m", n: 2 }, { repair: "align-to=village,20m", n: 1 }]);
  assert.deepEqual(repairsFor({ ...group, problems: [problem("RING_WINDING", { severity: "warning", repair: "close-rings" })] }), []);
});

test("a reading that would fit is offered once", () => {
  const [group] = grouped([problem("CRS_OUT_OF_ZONE", { values: { reading: "EPSG:4551" } }), problem("CRS_OUT_OF_ZONE", { values: { reading: "EPSG:4551" } }), problem("CRS_OUT_OF_ZONE", { values: { reading: 7 } })]);
  assert.deepEqual(group === undefined ? null : readingsOf(group), ["EPSG:4551"]);
});

test("every problem with a name has what it means and what to do, in both languages", () => {
  const names = Object.keys(zh).filter((k) => /^[A-Z0-9_]+$/.test(k));
  assert.ok(names.length > 30);
  for (const name of names) {
    for (const key of [name, `${name}_is`, `${name}_do`]) {
      assert.ok(Object.hasOwn(zh, key), key);
      assert.notEqual(en[key as keyof typeof zh], "", key);
    }
  }
  assert.equal(problemName("SOMETHING_NEW"), "SOMETHING_NEW");
  assert.deepEqual(problemHelp("SOMETHING_NEW"), { means: "", todo: "" });
});

test("what is wrong is said in the page's language, of whom and how much", () => {
  const unit = { m2: (n: string) => `${n} m²`, m: (n: string) => `${n} m` };
  language.value = "zh";
  assert.equal(problemFacts(problem("OVERLAP", { code: "1", areas: ["village_group:1", "village_group:2"], area_m2: 12.345, width_m: 0.4 }), unit), "与屯组 2重叠 12 m²，宽约 0.4 m");
  assert.equal(problemFacts(problem("GAP", { areas: ["grid:1", "grid:2"], area_m2: 3 }), unit), "网格 1、网格 2之间有 3 m² 没有归属");
  assert.equal(problemFacts(problem("VALUE_DAMAGED", { values: { column: "户数", value: "约七十", unknown: 3 } }), unit), "列“户数”，值“约七十”");
  assert.equal(problemFacts(problem("SPIKE"), unit), "");
  assert.equal(problemFacts(problem("DUP_CODE", { values: { features: [6, 7] } }), unit), "第 6、7 条");
  language.value = "en";
  assert.equal(problemFacts(problem("OVERLAP", { area_m2: 2 }), unit), "OVERLAP here");
});
