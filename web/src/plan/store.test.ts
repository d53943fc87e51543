import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, problemOf } from "../api/client";
import { PlanError } from "./client";
import type { PlanApi } from "./load";
import { degrees, snapped } from "./model/lattice";
import { boxesMeet, shapeOf } from "./model/outline";
import { scattered, straight, town } from "./model/testtown";
import { newTopology } from "./model/topology";
import type { Topology } from "./model/types";
import { openPlan, type PlanStore } from "./store";
import type { ChangedArea, HistoryEntry, Operation, OperationAnswer, PlanFeature, PlanWithHistory } from "./types";

const size = 8;

/** A server of one plan in memory, that can be cut off: before it does something, or before it answers. */
class Town implements PlanApi {
  cut: "before" | "after" | null = null;
  refuse: PlanError | null = null;
  asked = 0;
  listed = 0;
  private version = 1;
  private states: Topology[];
  private entries: { op: Operation; me: boolean }[] = [];
  private again: { op: Operation; me: boolean; to: Topology }[] = [];

  constructor() {
    this.states = [newTopology(town(size, straight), ["district"])];
  }

  get now(): Topology {
    return this.states.at(-1) as Topology;
  }

  /** Does something as another planner. */
  other(op: Operation): void {
    this.push(op, false);
  }

  readonly readPlan = async (): Promise<PlanWithHistory> => {
    await this.line("before");
    const history = this.entries.map((e, i) => this.entry(e, i + 1));
    const next = this.again.at(-1);
    return { ...this.plan(), history, undo: history.at(-1) ?? null, redo: next === undefined ? null : this.entry(next, history.length + 1) };
  };

  readonly operate = async (_: string, op: Operation): Promise<OperationAnswer> => {
    await this.line("before");
    this.asked++;
    if (this.refuse !== null) throw this.refuse;
    const before = this.now;
    this.push(op, true);
    await this.line("after");
    return this.answer(before);
  };

  readonly undo = async (_: string, etag?: string): Promise<OperationAnswer> => {
    await this.line("before");
    if (etag !== this.plan().etag) throw refusal(412, "version-conflict");
    const last = this.entries.pop();
    const before = this.states.pop();
    if (last === undefined || before === undefined) throw refusal(409, "nothing-to-undo");
    this.again.push({ ...last, to: before });
    this.version++;
    await this.line("after");
    return { ...this.answer(before), operation: this.entry(last, this.entries.length + 1) };
  };

  readonly redo = async (): Promise<OperationAnswer> => {
    await this.line("before");
    const next = this.again.pop();
    if (next === undefined) throw refusal(409, "nothing-to-redo");
    const before = this.now;
    this.entries.push(next);
    this.states.push(next.to);
    this.version++;
    await this.line("after");
    return { ...this.answer(before), operation: this.entry(next, this.entries.length) };
  };

  readonly check = async () => {
    await this.line("before");
    return { etag: this.plan().etag, errors: [], warnings: [{ problem: "NOT_COMPACT", severity: "warning" as const, detail: `v${this.version}`, lon: 0, lat: 0, areas: [] }] };
  };

  readonly basis = async () => {
    await this.line("before");
    return { days: 365, revision: 1, ...scattered(1, size, straight, 200), categories: [], household_band: 0.35, locked: ["district" as const], chiefs: {} };
  };

  readonly featuresOf: PlanApi["featuresOf"] = async (kind, of, _, bbox) => {
    await this.line("before");
    const state = of !== null && "plan" in of ? this.now : (this.states[0] as Topology);
    const box = bbox === undefined ? null : { west: bbox[0] * 1e7, south: bbox[1] * 1e7, east: bbox[2] * 1e7, north: bbox[3] * 1e7 };
    const found = state.areas().filter((a) => a.kind === kind && (box === null || boxesMeet(a.box, box)));
    this.listed += found.length;
    return found.map((a): PlanFeature => ({ type: "Feature", geometry: shapeOf(a.outline), properties: a.properties }));
  };

  readonly planRevisions = async () => [];

  private async line(where: "before" | "after"): Promise<void> {
    await new Promise((r) => setTimeout(r, 1));
    if (this.cut === where) throw new PlanError(new ApiError("away", "unreachable"), null);
  }

  private push(op: Operation, me: boolean): void {
    const next = this.now.applied(op);
    assert.ok(next !== null, JSON.stringify(op));
    this.states.push(next);
    this.entries.push({ op, me });
    this.again = [];
    this.version++;
  }

  private plan(): Omit<PlanWithHistory, "history" | "undo" | "redo"> {
    const when = "2026-11-23T00:00:00Z";
    return {
      id: "p", title: "t", status: "draft", base_revision: 1, current_revision: 1, behind: false, version: this.version, etag: `e${this.version}`, operations: this.entries.length,
      undone: this.again.length, needs_approval: false, created_by: { name: "a", me: true }, created_at: when, updated_at: when, allow: ["edit"],
    };
  }

  private entry({ op, me }: { op: Operation; me: boolean }, n: number): HistoryEntry {
    return { n, op, by: { name: me ? "a" : "b", me }, at: "2026-11-23T00:00:00Z" };
  }

  private answer(before: Topology): OperationAnswer {
    const changed = this.now.areas().filter((a) => before.area(a.key) !== a).map((a): ChangedArea => ({ type: "Feature", id: a.key, kind: a.kind, code: a.code, change: "changed", before: { code: a.code, households: 0, area_m2: 0 }, geometry: shapeOf(a.outline), properties: a.properties }));
    return { etag: this.plan().etag, version: this.version, plan: this.plan(), changed, problems: [] };
  }
}

function refusal(status: number, type: string, more: object = {}): PlanError {
  const body = { type: `urn:gridpatrol:problem:${type}`, detail: type, ...more };
  return new PlanError(problemOf(status, body), body);
}

/** Moves the node in the middle of the town from where it is now. */
function move(of: Topology, east: number): Operation {
  const q = of.nodesOf("grid:g0400").find((n) => of.usersOf(n).filter((a) => a.kind === "grid").length === 4);
  assert.ok(q !== undefined);
  return { op: "move_node", from: degrees(q), to: degrees({ lon: q.lon + east, lat: q.lat }) };
}

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; !what(); i++) {
    assert.ok(i < 5000, String(what));
    await new Promise((r) => setTimeout(r, 2));
  }
}

async function opened(): Promise<{ at: Town; store: PlanStore; seen: () => Topology }> {
  const at = new Town();
  const store = openPlan("p", 365, at);
  await until(() => store.tallies.value !== null && store.topology.value !== null);
  return { at, store, seen: () => store.topology.value as Topology };
}

/** Holds what the page shows against what the server has. */
function agree(at: Town, seen: Topology): void {
  assert.equal(seen.areas().length, at.now.areas().length);
  for (const a of at.now.areas()) assert.deepEqual(seen.area(a.key)?.outline, a.outline, a.key);
}

test("what is done is seen at once, and is the server's once it has answered", async () => {
  const { at, store, seen } = await opened();
  const before = seen();
  const op = move(before, 3000);
  const end = store.run(op);
  assert.deepEqual(store.pending.value.map((p) => p.what), [{ do: "operate", op }]);
  assert.notEqual(seen(), before);
  assert.equal(op.op === "move_node" ? seen().usersOf(snapped(op.to)).length : 0, 8);
  assert.equal(await end, true);
  agree(at, seen());
  assert.deepEqual(store.undoable.value?.op, op);
  assert.equal(store.plan.value?.history.length, 1);
  assert.equal(store.changed.value?.mine, true);
  await until(() => !store.checking.value);
  assert.deepEqual(store.problems.value.map((p) => p.detail), ["v2"]);
  store.close();
});

test("any number of undos and redos, also across what was undone before", async () => {
  const { at, store, seen } = await opened();
  const start = seen();
  for (let i = 1; i <= 3; i++) assert.equal(await store.run(move(seen(), 1000 * i)), true);
  const end = seen();
  for (let i = 0; i < 3; i++) assert.equal(await store.undo(), true);
  for (const a of start.areas()) assert.deepEqual(seen().area(a.key)?.outline, a.outline);
  assert.equal(store.undoable.value, null);
  for (let i = 1; i <= 3; i++) {
    assert.ok(store.redoable.value !== null, `redo ${i} has a name`);
    assert.equal(await store.redo(), true);
  }
  for (const a of end.areas()) assert.deepEqual(seen().area(a.key)?.outline, a.outline);
  assert.equal(store.redoable.value, null);
  agree(at, seen());
  assert.equal(await store.redo(), false);
  assert.equal(store.refused.value?.error.type, "nothing-to-redo");
  store.close();
});

test("while the server is away what was done stays, and is done once", async () => {
  for (const cut of ["before", "after"] as const) {
    const { at, store, seen } = await opened();
    at.cut = cut;
    const first = move(seen(), 3000);
    const one = store.run(first);
    const two = store.run(move(seen(), 500));
    await until(() => store.waiting.value !== null);
    assert.equal(store.pending.value.length, 2);
    assert.equal(first.op === "move_node" ? seen().usersOf(snapped(first.to)).length : -1, 0, "the second has moved on");
    at.cut = null;
    store.retry();
    assert.deepEqual(await Promise.all([one, two]), [true, true]);
    assert.equal(at.asked, 2, `cut ${cut}: nothing was sent twice to a server that had done it`);
    assert.equal(store.waiting.value, null);
    agree(at, seen());
    store.close();
  }
});

test("an undo whose answer was lost is not done twice", async () => {
  const { at, store, seen } = await opened();
  for (let i = 1; i <= 2; i++) await store.run(move(seen(), 1000 * i));
  at.cut = "after";
  const end = store.undo();
  await until(() => store.waiting.value !== null);
  at.cut = null;
  store.retry();
  assert.equal(await end, true);
  assert.equal(store.plan.value?.operations, 1);
  agree(at, seen());
  store.close();
});

test("what is refused is put back, says why, and does not stop what comes after", async () => {
  const { at, store, seen } = await opened();
  const before = seen();
  at.refuse = refusal(409, "locked", { problem: "LOCKED", problems: [{ problem: "LOCKED", severity: "error", detail: "the line is locked", lon: 1, lat: 2, areas: ["district:d"] }] });
  const op = move(before, 3000);
  assert.equal(await store.run(op), false);
  assert.deepEqual(store.refused.value?.what, { do: "operate", op });
  assert.deepEqual(store.refused.value?.error.problems.map((p) => p.areas), [["district:d"]]);
  agree(at, seen());
  at.refuse = null;
  assert.equal(await store.run(op), true);
  assert.equal(store.refused.value, null);
  agree(at, seen());
  store.close();
});

test("why something was refused is not lost when what was queued behind it is done, or is refused for that", async () => {
  const { at, store, seen } = await opened();
  at.refuse = refusal(409, "locked");
  const first = move(seen(), 3000);
  const one = store.run(first);
  const two = store.run(move(seen(), 500));
  const three = store.run({ op: "insert_node", at: degrees({ lon: straight(0.5, 1).lon, lat: straight(0.5, 1).lat }) });
  assert.equal(await one, false);
  at.refuse = refusal(422, "unknown-node");
  assert.equal(await two, false);
  at.refuse = null;
  assert.equal(await three, true);
  assert.equal(store.refused.value?.error.type, "locked");
  assert.equal(await store.run(move(seen(), 300)), true);
  assert.equal(store.refused.value, null);
  store.close();
});

test("what is still on its way can be undone, by its name", async () => {
  const { at, store, seen } = await opened();
  const op = move(seen(), 3000);
  const all = [store.run(op)];
  assert.deepEqual(store.undoable.value?.op, op);
  all.push(store.run({ op: "insert_node", at: degrees({ lon: straight(0.5, 1).lon, lat: straight(0.5, 1).lat }) }));
  assert.equal(store.undoable.value?.op.op, "insert_node");
  all.push(store.undo());
  assert.deepEqual(store.undoable.value?.op, op);
  assert.equal(store.redoable.value?.op.op, "insert_node");
  all.push(store.undo(), store.redo());
  assert.deepEqual(await Promise.all(all), [true, true, true, true, true]);
  assert.deepEqual(store.undoable.value?.op, op);
  assert.equal(store.redoable.value?.op.op, "insert_node");
  agree(at, seen());
  store.close();
});

test("that nobody is signed in any more is said, and what was done is kept", async () => {
  const { at, store, seen } = await opened();
  at.refuse = refusal(401, "sign-in-required");
  const end = store.run(move(seen(), 3000));
  await until(() => store.signedOut.value);
  assert.equal(store.pending.value.length, 1);
  at.refuse = null;
  store.retry();
  assert.equal(await end, true);
  assert.equal(store.signedOut.value, false);
  store.close();
});

test("another planner's edits arrive, without reading again what is known", async () => {
  const { at, store, seen } = await opened();
  const untouched = seen().area("village_group:v0000");
  const before = at.listed;
  at.other(move(at.now, 2000));
  store.hear({ plan: "p", version: 2, etag: "e2", status: "draft" });
  await until(() => store.plan.value?.version === 2);
  agree(at, seen());
  assert.ok(at.listed - before < 40, `${at.listed - before} areas were read: those round the node are enough`);
  assert.equal(store.changed.value?.mine, false);
  assert.equal(store.changed.value?.by, "b");
  assert.equal(store.changed.value?.areas.length, 8);
  assert.equal(seen().area("village_group:v0000"), untouched);
  const { listed } = at;
  store.hear({ plan: "p", version: 2, etag: "e2", status: "draft" });
  store.hear({ plan: "q", version: 9, etag: "e9", status: "draft" });
  await store.reread();
  assert.equal(at.listed, listed);

  // In between two of one's own: the answer tells of the own one only.
  at.other({ op: "insert_node", at: degrees({ lon: straight(0.5, 1).lon, lat: straight(0.5, 1).lat }) });
  assert.equal(await store.run(move(at.now, 1000)), true);
  await until(() => seen().nodesOf("village_group:v0000").length === 5);
  assert.equal(store.plan.value?.version, 4);
  agree(at, seen());
  // An undo of what one has not seen is refused, and then it is seen.
  at.other(move(at.now, 700));
  assert.equal(await store.undo(), false);
  assert.equal(store.refused.value?.error.type, "version-conflict");
  agree(at, seen());
  store.close();
});

test("what is given up is gone, and a closed plan asks no more", async () => {
  const { at, store, seen } = await opened();
  at.cut = "before";
  const end = store.run(move(seen(), 3000));
  await until(() => store.waiting.value !== null);
  at.cut = null;
  store.drop();
  assert.equal(await end, false);
  assert.equal(store.pending.value.length, 0);
  await store.reread();
  agree(at, seen());
  assert.equal(at.asked, 0);
  store.close();
  assert.equal(await store.run(move(at.now, 1)), false);
});

test("a plan that is not there", async () => {
  const at = new Town();
  const store = openPlan("p", 365, { ...at, readPlan: () => Promise.reject(problemOf(404, { type: "urn:gridpatrol:problem:not-found" })) });
  await until(() => store.reading.value === "gone");
  store.close();
});
