import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileProblem } from "./types";
import { whereText } from "./words";

test("a record is named by its line where its program counts lines, else by its number", () => {
  const p: FileProblem = { feature: 7, line: 1, code: "", problem: "NO_POSITION", severity: "error", detail: "", lon: null, lat: null };
  const [line, record] = [whereText({ ...p, line: 8 }, "reports", "CSV"), whereText(p, "reports", "GeoJSON")];
  assert.match(line, /8/);
  assert.match(record, /7/);
  assert.notEqual(whereText({ ...p, line: 7 }, "reports", "XLSX"), record);
  assert.equal(whereText(p, "areas", "CSV"), record);
});
