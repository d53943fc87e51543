import assert from "node:assert/strict";
import { test } from "node:test";
import type { Candidate } from "../api/types";
import { mayBeNext } from "./edge";

const grid = (code: string, distance_m: number, probability: number): Candidate => ({ kind: "grid", code, distance_m, probability });

test("one grid is no choice", () => {
  assert.deepEqual(mayBeNext({ candidates: [], boundary_distance_m: null }, null), []);
  assert.deepEqual(mayBeNext({ candidates: [grid("a", 0, 1)], boundary_distance_m: 500 }, 20), []);
});

test("a place near an edge offers the neighbour", () => {
  const candidates = [grid("a", 0, 0.6), grid("b", 0.6, 0.3), grid("c", 30, 0.1)];
  assert.deepEqual(mayBeNext({ candidates, boundary_distance_m: 0.6 }, null).map((c) => c.code), ["a", "b"]);
});

test("a measured position offers what is likely enough", () => {
  const candidates = [grid("a", 0, 0.7), grid("b", 80, 0.26), grid("c", 300, 0.04)];
  assert.deepEqual(mayBeNext({ candidates, boundary_distance_m: 80 }, 100).map((c) => c.code), ["a", "b"]);
});

test("no more than four", () => {
  const candidates = [1, 2, 3, 4, 5].map((n) => grid(String(n), n, 0.2));
  assert.equal(mayBeNext({ candidates, boundary_distance_m: 1 }, 10).length, 4);
});
