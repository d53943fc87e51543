import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOfFrame, frameOf, inFrame, metresPerUnit, project, scaleBar, tilesOf } from "./frame";

const box = [125.6, 43.5, 125.7, 43.55] as const;

test("projects as EPSG:3857 does", () => {
  const [x, y] = project(125.66, 43.52);
  const half = 20_037_508.342789244;
  assert.ok(Math.abs((x * 2 - 1) * half - 13_988_407.213) < 0.001, "east");
  assert.ok(Math.abs((1 - y * 2) * half - 5_391_459.079) < 0.001, "north");
});

test("fits a box into a picture, north up, with room around it", () => {
  const f = frameOf(box, 180, 120);
  const [left, bottom] = inFrame(f, project(125.6, 43.5));
  const [right, top] = inFrame(f, project(125.7, 43.55));
  assert.ok(left >= 14 && right <= 166 && top >= 9 && bottom <= 111, `${left} ${top} ${right} ${bottom}`);
  assert.ok(top < bottom && left < right);
  assert.ok(Math.abs(left + right - 180) < 1e-6 && Math.abs(top + bottom - 120) < 1e-6, "in the middle");
  const back = boxOfFrame(f);
  assert.ok(back[0] < 125.6 && back[1] < 43.5 && back[2] > 125.7 && back[3] > 43.55);
  const corner = inFrame(f, project(back[0], back[3]));
  assert.ok(Math.abs(corner[0]) < 1e-6 && Math.abs(corner[1]) < 1e-6);
});

test("knows how long a metre is", () => {
  const f = frameOf(box, 180, 120);
  const [left] = inFrame(f, project(125.6, 43.525));
  const [right] = inFrame(f, project(125.7, 43.525));
  // A tenth of a degree of longitude here, on the sphere.
  const metres = 11_131.949 * Math.cos((43.525 * Math.PI) / 180);
  assert.ok(Math.abs((right - left) * metresPerUnit(f) - metres) < 2);
  const bar = scaleBar(f, 60);
  assert.ok(bar.units <= 60 && bar.units > 20);
  assert.match(String(bar.metres), /^[125]0*$/);
});

test("asks for few tiles, and for those that cover the picture", () => {
  const f = frameOf(box, 180, 120);
  const tiles = tilesOf(f, 16, 2);
  assert.ok(tiles.length >= 2 && tiles.length <= 9, `${tiles.length}`);
  const z = tiles[0]?.z ?? 0;
  for (const p of [[0, 0], [180, 0], [0, 120], [180, 120], [90, 60]] as const) {
    const x = Math.floor((f.west + p[0] / f.scale) * 2 ** z);
    const y = Math.floor((f.north + p[1] / f.scale) * 2 ** z);
    assert.ok(tiles.some((t) => t.x === x && t.y === y), `no tile at ${p.join()}`);
  }
  assert.ok(tilesOf(frameOf([125.6, 43.5, 125.6, 43.5], 180, 120), 16, 2).every((t) => t.z === 16), "not deeper than there are tiles");
});
