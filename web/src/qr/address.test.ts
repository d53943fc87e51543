import assert from "node:assert/strict";
import { test } from "node:test";
import { addressFor } from "./address";

test("an address that others can open", () => {
  const hash = "#view=list&area=grid:1";
  assert.deepEqual(addressFor(`https://grid.example.org/${hash}`, null), { url: `https://grid.example.org/${hash}`, reachable: true });
  assert.deepEqual(addressFor(`http://192.168.1.5:8080/${hash}`, "https://grid.example.org"), { url: `http://192.168.1.5:8080/${hash}`, reachable: true });
  for (const host of ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"]) {
    assert.deepEqual(addressFor(`http://${host}/${hash}`, "https://grid.example.org/map/"), { url: `https://grid.example.org/map/${hash}`, reachable: true });
    assert.deepEqual(addressFor(`http://${host}/${hash}`, null), { url: `http://${host}/${hash}`, reachable: false });
  }
  assert.equal(addressFor("http://localhost/", "http://127.0.0.1:8080").reachable, false);
  assert.equal(addressFor("http://localhost/", "nonsense").reachable, false);
});
