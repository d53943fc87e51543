import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, heldBack, itemOf, lengthened, nextOf, trackLines, type Item } from "./item";

let made = 0;
const newKey = () => `key-${++made}`;
const item = (seq: number, subject: string, state: Item["state"] = "waiting"): Item => ({ ...itemOf({ kind: "event", subject, path: "/x", body: "{}", label: "" }, newKey, 0), seq, state });

test("of one subject all goes in order, and what was refused holds back only what is about the same", () => {
  const queue = [item(1, "report/a", "refused"), item(2, "report/a"), item(3, "patrol/b"), item(4, "patrol/b")];
  assert.equal(nextOf(queue, new Set())?.seq, 3);
  assert.equal(nextOf(queue, new Set(["patrol/b"])), undefined);
  assert.equal(nextOf(queue.slice(1), new Set())?.seq, 2);
  assert.equal(nextOf([], new Set()), undefined);
  assert.deepEqual(queue.map((i) => heldBack(queue, i)), [false, true, false, false]);
});

test("an item keeps the key and the time it was given, else makes its own", () => {
  const given = itemOf({ kind: "patrol", subject: "patrol/a", path: "/p", body: "{}", label: "Start", id: "k", at: 7 }, newKey, 9);
  assert.deepEqual([given.id, given.at, given.state, given.type], ["k", 7, "waiting", "application/json"]);
  const own = itemOf({ kind: "patrol", subject: "patrol/a", path: "/p", body: "{}", label: "Start" }, newKey, 9);
  assert.deepEqual([own.id, own.at], [`key-${made}`, 9]);
  assert.equal(bytesOf({ ...own, files: [{ field: "photo", name: "a.jpg", blob: new Blob(["12345"]) }] }), 7);
});

test("a day of fixes makes a handful of items, every line once and in order", () => {
  const queue: Item[] = [];
  const lines = Array.from({ length: 17_280 }, (_, i) => `{"t":${i}}`);
  for (let i = 0; i < lines.length; i += 12) {
    const more = lines.slice(i, i + 12);
    const longer = lengthened(queue.at(-1), more, newKey);
    if (longer !== null) queue[queue.length - 1] = longer;
    else queue.push(itemOf({ kind: "track", subject: "patrol/a", path: "/t", body: more.map((l) => `${l}\n`).join(""), label: "" }, newKey, 0));
  }
  assert.equal(queue.length, Math.ceil(lines.length / trackLines));
  assert.equal(queue.map((i) => i.body).join(""), lines.map((l) => `${l}\n`).join(""));
});

test("what was sent under a key is never sent changed under the same; a refused track and another kind take no lines", () => {
  const track = itemOf({ kind: "track", subject: "patrol/a", path: "/t", body: "1\n", label: "" }, newKey, 0);
  const longer = lengthened(track, ["2"], newKey);
  assert.notEqual(longer?.id, track.id);
  assert.equal(longer?.body, "1\n2\n");
  assert.equal(lengthened({ ...track, state: "refused" }, ["2"], newKey), null);
  assert.equal(lengthened({ ...track, kind: "patrol" }, ["2"], newKey), null);
  assert.equal(lengthened(undefined, ["2"], newKey), null);
});
