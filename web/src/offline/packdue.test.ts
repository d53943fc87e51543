import assert from "node:assert/strict";
import { test } from "node:test";
import { isDue } from "./packdue";

test("a pack is asked for when it is missing, of other boundaries, of another day, or hours old", () => {
  const noon = new Date(2026, 8, 1, 12).getTime();
  const hour = 3_600_000;
  assert.equal(isDue(undefined, 3, noon), true);
  assert.equal(isDue({ at: noon - hour, revision: 3 }, 3, noon), false);
  assert.equal(isDue({ at: noon - hour, revision: 2 }, 3, noon), true);
  assert.equal(isDue({ at: noon - 4 * hour, revision: 3 }, 3, noon), true);
  assert.equal(isDue({ at: noon + hour, revision: 3 }, 3, noon), true, "the clock was put back");
  const night = new Date(2026, 8, 2, 0, 30).getTime();
  assert.equal(isDue({ at: night - hour, revision: 3 }, 3, night), true, "a new day");
});
