import assert from "node:assert/strict";
import { test } from "node:test";
import { exportUrl, fileNameOf, formatsOf } from "./out";

const wish = { collection: "grids", format: "gpkg", crs: "EPSG:4551", at: null, plan: null } as const;

test("an export is asked for with what holds for it", () => {
  assert.equal(exportUrl(wish), "/api/v1/export/grids?format=gpkg&crs=4551");
  assert.equal(exportUrl({ ...wish, at: "2026-09-01T00:00:00.000Z" }), "/api/v1/export/grids?format=gpkg&crs=4551&at=2026-09-01T00%3A00%3A00.000Z");
  assert.equal(exportUrl({ ...wish, at: "2026-09-01T00:00:00.000Z", plan: "p" }), "/api/v1/export/grids?format=gpkg&crs=4551&plan=p");
  assert.equal(exportUrl({ ...wish, collection: "posts", format: "xlsx", plan: "p" }), "/api/v1/export/posts?format=xlsx");
  assert.equal(exportUrl({ ...wish, collection: "reports", plan: "p" }), "/api/v1/export/reports?format=gpkg&crs=4551");
  for (const people of ["posts", "roster", "committees"] as const) assert.deepEqual(formatsOf(people), ["csv", "xlsx"]);
});

test("the file is called what the server says, in Chinese too", () => {
  assert.equal(fileNameOf(`attachment; filename="grids.gpkg"; filename*=UTF-8''%E7%BD%91%E6%A0%BC.gpkg`), "网格.gpkg");
  assert.equal(fileNameOf(`attachment; filename="grids (1).gpkg"`), "grids (1).gpkg");
  assert.equal(fileNameOf("attachment; filename=grids.csv"), "grids.csv");
  assert.equal(fileNameOf(`attachment; filename="a.csv"; filename*=UTF-8''%E7%zz`), "a.csv");
  assert.equal(fileNameOf("inline"), null);
  assert.equal(fileNameOf(null), null);
});
