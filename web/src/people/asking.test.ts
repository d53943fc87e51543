import assert from "node:assert/strict";
import { test } from "node:test";
import type { Seat } from "../api/people";
import { addable, changesOf, emptyForm, formOf, type Asking } from "./asking";

const zone = "Asia/Shanghai";
const seat: Seat = { seat_id: "s1", post: "grid_chief", number: 1, areas: [{ kind: "grid", code: "7", name: "第七网格" }], public_contact: true, holder: { id: "p1", name: "王" } };
const version = 3;

test("appointing somebody of the roster, or somebody new, from a time by the clock of the district", () => {
  const about: Asking = { type: "appoint", seat, version };
  assert.equal(changesOf(about, emptyForm, zone), null);
  const form = { ...emptyForm, person: { id: "p2", name: "李" }, from: "2026-05-03T08:00", note: " 轮岗 " };
  assert.deepEqual(changesOf(about, form, zone), [{ change: "appoint", seat: "s1", person: "p2", from: "2026-05-03T00:00:00.000Z", note: "轮岗" }]);
  assert.deepEqual(changesOf(about, { ...form, from: "", note: "", fresh: true, name: " 新 ", phone: "" }, zone), [{ change: "appoint", seat: "s1", person: { name: "新" } }]);
  assert.equal(changesOf(about, { ...form, fresh: true, name: " " }, zone), null);
  assert.equal(changesOf(about, { ...form, from: "gibberish" }, zone), null);
});

test("a leave needs its start, an end of one does not", () => {
  const person = { id: "p1", name: "王" };
  assert.equal(changesOf({ type: "leave", person, version }, emptyForm, zone), null);
  assert.deepEqual(changesOf({ type: "leave", person, version }, { ...emptyForm, from: "2026-05-03T08:00", to: "2026-05-04T08:00" }, zone), [{ change: "leave", person: "p1", from: "2026-05-03T00:00:00.000Z", to: "2026-05-04T00:00:00.000Z" }]);
  assert.deepEqual(changesOf({ type: "end_leave", person, leave: { id: "l1", from: "2026-05-03T00:00:00Z" }, version }, emptyForm, zone), [{ change: "end_leave", leave: "l1" }]);
});

test("of a person only what differs is sent, and nothing where nothing does", () => {
  const about: Asking = { type: "person", person: { id: "p1", name: "王", phone: "1" }, version };
  assert.equal(changesOf(about, formOf(about), zone), null);
  assert.deepEqual(changesOf(about, { ...formOf(about), phone: "2" }, zone), [{ change: "person", person: "p1", phone: "2" }]);
  assert.equal(changesOf(about, { ...formOf(about), name: "" }, zone), null);
});

test("a committee over several groups, and a seat of it", () => {
  const village = { kind: "village" as const, code: "v", name: "前进村" };
  const about: Asking = { type: "body", kind: "branch", village, body: null, version };
  assert.equal(changesOf(about, { ...emptyForm, code: "c", name: "支部" }, zone), null);
  assert.deepEqual(changesOf(about, { ...emptyForm, code: "c", name: "支部", groups: ["1", "2"] }, zone), [{ change: "branch", code: "c", name: "支部", village: "village:v", groups: ["village_group:1", "village_group:2"] }]);
  assert.deepEqual(changesOf({ type: "add_seat", area: village, committee: { code: "c", name: "会" }, posts: ["volunteer"], version }, { ...emptyForm, post: "volunteer" }, zone), [{ change: "add_seat", post: "volunteer", committee: "c" }]);
});

test("only posts with room are offered for another seat", () => {
  const grid = [seat, ...[1, 2, 3, 4].map((number) => ({ ...seat, post: "grid_member" as const, number }))];
  assert.deepEqual(addable("grid", grid, false), ["grid_member", "grid_police"]);
  assert.deepEqual(addable("village", [], false), []);
});
