import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHash, parseHash, type ViewState } from "./url";

const empty: ViewState = { view: "map", camera: null, selection: null, hidden: [], language: null, params: {} };

test("a view survives the address", () => {
  const views: ViewState[] = [
    empty,
    {
      view: "map",
      camera: { zoom: 12.25, lon: 125.66, lat: 43.52 },
      selection: { type: "point", lon: 125.661234, lat: 43.521234, accuracyM: 40 },
      hidden: ["compound", "labels"],
      language: "en",
      params: {},
    },
    { ...empty, view: "heat", params: { status: "open", category: "a,b", note: "火 & 水=1" } },
    { ...empty, view: "list", selection: { type: "area", ref: { kind: "compound", code: "220112001001C001" } }, language: "zh" },
  ];
  for (const v of views) assert.deepEqual(parseHash(formatHash(v)), v);
});

test("latitude stands first in the address, as in other maps", () => {
  const hash = formatHash({ ...empty, camera: { zoom: 10, lon: 125.5, lat: 43.5 } });
  assert.equal(hash, "#map=10.00/43.50000/125.50000");
});

test("what cannot be read is left out", () => {
  for (const hash of ["", "#", "#map=1/2", "#map=a/b/c", "#map=12/95/125", "#map=99/43/125", "#at=43.5", "#at=,", "#at=43.5,999",
    "#area=castle:1", "#area=grid:", "#area=grid:1:2", "#hide=everything", "#lang=fr", "#view=board"]) {
    assert.deepEqual(parseHash(hash), empty, hash);
  }
});

test("a place counts before an area", () => {
  const s = parseHash("#area=grid:1&at=43.5,125.6").selection;
  assert.deepEqual(s, { type: "point", lon: 125.6, lat: 43.5, accuracyM: null });
});
