import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadNumbers } from "../plan/types";
import { flowsOf, touched } from "./figures";

test("reports that go the same way are counted together, the broadest way first", () => {
  const moved = [["a", "b"], ["c", null], ["c", null], ["b", "a"], ["c", null], ["a", "b"]].map(([from = null, to = null]) => ({ from, to }));
  assert.deepEqual(flowsOf(moved), [
    { from: "c", to: null, n: 3 },
    { from: "a", to: "b", n: 2 },
    { from: "b", to: "a", n: 1 },
  ]);
  assert.deepEqual(flowsOf([]), []);
});

const numbers = (change: Partial<LoadNumbers> = {}): LoadNumbers => ({ reports: 10, open: 1, households: 500, area_m2: 1_000_000, posts: [], ...change });
const load = (area: string, before: LoadNumbers | null, after: LoadNumbers | null) => ({ area, name: area, change: before === null ? ("new" as const) : after === null ? ("gone" as const) : ("changed" as const), before, after });

test("a grid whose line has a node more and nothing else is not touched", () => {
  const all = [
    load("node", numbers(), numbers({ area_m2: 1_000_000.4 })),
    load("shape", numbers(), numbers({ area_m2: 1_000_002 })),
    load("homes", numbers(), numbers({ households: 501 })),
    load("report", numbers(), numbers({ reports: 11 })),
    load("open", numbers(), numbers({ open: 0 })),
    load("new", null, numbers()),
    load("gone", numbers(), null),
  ];
  assert.deepEqual(touched({ load: all }).map((l) => l.area), ["shape", "homes", "report", "open", "new", "gone"]);
});
