import { batch } from "@preact/signals";
import { tell } from "../state/store";
import { chosenArea, cursor, held, hover, keyName, letGo, line, outline, painted, picked, store, topology, under, type Corner } from "./desk";
import { degrees, distanceM, samePlace } from "./model/lattice";
import type { Area, LatticePoint, NearNode } from "./model/types";
import { beyond, takes } from "./shape";
import { forgetTyped, newPart, typedCode, typedName } from "./split";
import { t } from "./text";
import { choose, chosen, kind, tool, unit } from "./tool";
import type { Operation, Position } from "./types";

/** Where somebody points, and how far from there is still meant, in metres. */
export interface Aim {
  at: LatticePoint;
  reachM: number;
  /** Nothing is snapped to. */
  free?: boolean;
}

const position = (q: LatticePoint): Position => degrees(q);

/** Has the server do an operation; what it refuses is told by the page. */
async function run(op: Operation): Promise<boolean> {
  return (await store.peek()?.run(op)) === true;
}

/** Reports whether the plan may be changed now, by whoever is here. */
export function mayEdit(): boolean {
  return store.peek()?.plan.peek()?.allow.includes("edit") === true;
}

/** Gives the area of the kind that is meant which a place belongs to. */
function areaAt(at: LatticePoint): Area | null {
  return topology.peek()?.areasAt(at, { kinds: [kind.peek()] })[0] ?? null;
}

/** Gives the node near a place, of the chosen area before others of its kind. */
function nodeAt({ at, reachM }: Aim): NearNode | null {
  const own = chosen.peek();
  const all = topology.peek();
  if (all === null) return null;
  return (own === null ? null : all.nearestNode(at, reachM, { areas: [own] })) ?? all.nearestNode(at, reachM, { kinds: [kind.peek()] });
}

function cornerAt({ at, reachM, free }: Aim): Corner {
  // The ends of what is drawn before anything of the map: they finish it.
  const drawn = line.peek();
  for (const end of [drawn.at(-1), tool.peek() === "create" ? drawn[0] : undefined]) {
    if (end !== undefined && distanceM(end.at, at) <= reachM) return end;
  }
  const snap = free === true ? null : (topology.peek()?.snap(at, reachM) ?? null);
  return snap === null ? { at, on: null } : { at: snap.at, on: snap.to };
}

/** Says why a node stays where it is. */
export function tellLocked(by: Area): void {
  tell(t("lockedBy", { area: keyName(by.key) }));
}

/** Shows what a tool would take hold of at a place; null for none. */
export function lookAt(aim: Aim | null): void {
  if (aim === null || topology.peek() === null) {
    hover.value = null;
    cursor.value = null;
    under.value = null;
    return;
  }
  switch (tool.peek()) {
    case "move":
    case "remove": {
      const node = nodeAt(aim);
      const now = hover.peek();
      if (node !== null && now !== null && "node" in now && samePlace(now.node.node, node.node)) return;
      hover.value = node === null ? null : { node };
      return;
    }
    case "insert": {
      const snap = topology.peek()?.nearestEdge(aim.at, aim.reachM, { kinds: [kind.peek()] }) ?? null;
      hover.value = snap === null ? null : { snap };
      return;
    }
    case "split":
    case "create":
      hover.value = null;
      cursor.value = cornerAt(aim);
      return;
    case "merge":
      hover.value = null;
      under.value = areaAt(aim.at);
      return;
    case "brush": {
      hover.value = null;
      const to = chosenArea.peek();
      const found = topology.peek()?.areasAt(aim.at, { kinds: [to === null ? "grid" : unit.peek()] })[0] ?? null;
      under.value = found === null || (to !== null && takes(to, found)) ? null : found;
    }
  }
}

/** Takes hold of a node, or begins to paint. Says whether there was anything to take hold of. */
export function grab(aim: Aim): boolean {
  if (!mayEdit()) return false;
  const now = tool.peek();
  if (now === "brush" && chosenArea.peek()?.kind === "grid") {
    paint(aim.at);
    return true;
  }
  if (now !== "move") return false;
  const node = nodeAt(aim);
  if (node === null) return false;
  if (node.locked !== null) {
    tellLocked(node.locked);
    return false;
  }
  take(node.node);
  return true;
}

/** Takes hold of a node. */
export function take(node: LatticePoint): void {
  const all = topology.peek();
  if (all === null) return;
  batch(() => {
    hover.value = null;
    held.value = { move: all.moveNode(node, node), snap: null };
  });
}

/** Moves what is held to a place, or paints on. */
export function dragTo(aim: Aim): void {
  const all = topology.peek();
  if (all === null) return;
  if (tool.peek() === "brush") {
    paint(aim.at);
    return;
  }
  const now = held.peek();
  if (now === null) return;
  const { from } = now.move;
  const snap = aim.free === true ? null : all.snap(aim.at, aim.reachM, from);
  held.value = { move: all.moveNode(from, snap?.at ?? aim.at), snap };
}

/** Lets what is held be where it is: the operation is made. */
export function drop(): Promise<boolean> {
  if (tool.peek() === "brush") return givePainted();
  const now = held.peek();
  held.value = null;
  if (now === null || samePlace(now.move.from, now.move.to)) return Promise.resolve(false);
  return run({ op: "move_node", from: position(now.move.from), to: position(now.move.to) });
}

/** Adds the unit at a place to those under the brush. */
function paint(at: LatticePoint): void {
  const to = chosenArea.peek();
  const found = topology.peek()?.areasAt(at, { kinds: [unit.peek()] })[0];
  if (to === null || found === undefined || painted.peek().some((u) => u.key === found.key) || takes(to, found)) return;
  painted.value = [...painted.peek(), found];
}

/** Gives units to the chosen area. */
export function give(given: readonly Area[]): Promise<boolean> {
  const to = chosenArea.peek();
  const [first] = given;
  if (to === null || first === undefined) return Promise.resolve(false);
  return run({ op: "reassign", unit_kind: first.kind, unit_codes: given.map((u) => u.code), to_kind: to.kind, to_code: to.code });
}

async function givePainted(): Promise<boolean> {
  const given = painted.peek();
  const done = await give(given);
  if (painted.peek() === given) painted.value = [];
  return done;
}

/** Does what a tool does where somebody taps. */
export function tap(aim: Aim): void {
  const all = topology.peek();
  if (all === null) return;
  const area = areaAt(aim.at);
  if (!mayEdit()) {
    choose(area?.key ?? null);
    return;
  }
  switch (tool.peek()) {
    case "move": {
      const node = nodeAt(aim);
      if (node !== null && node.locked !== null) tellLocked(node.locked);
      if (node === null || node.locked !== null) choose(area?.key ?? null);
      return;
    }
    case "insert": {
      const snap = all.nearestEdge(aim.at, aim.reachM, { kinds: [kind.peek()] });
      if (snap !== null) insertAt(snap.at);
      else choose(area?.key ?? null);
      return;
    }
    case "remove": {
      const node = nodeAt(aim);
      if (node !== null) removeAt(node);
      else choose(area?.key ?? null);
      return;
    }
    case "split":
      if (chosenArea.peek() === null) {
        choose(area?.key ?? null);
        return;
      }
      addCorner(cornerAt(aim));
      return;
    case "create":
      addCorner(cornerAt(aim));
      return;
    case "merge":
      if (area !== null) toggle(area.key);
      return;
    case "brush":
      // A tap with a target is a short stroke, and was one already.
      if (chosenArea.peek()?.kind !== "grid") choose(all.areasAt(aim.at, { kinds: ["grid"] })[0]?.key ?? null);
  }
}

export function insertAt(at: LatticePoint): void {
  hover.value = null;
  void run({ op: "insert_node", at: position(at) });
}

export function removeAt(node: NearNode): void {
  hover.value = null;
  if (node.locked !== null) tellLocked(node.locked);
  else void run({ op: "remove_node", at: position(node.node) });
}

/** Puts an area among those to be merged, or takes it out. */
export function toggle(key: string): void {
  const now = picked.peek();
  picked.value = now.includes(key) ? now.filter((k) => k !== key) : [...now, key];
}

/** Adds a corner to the line that is drawn; the same place again ends it. */
export function addCorner(c: Corner): void {
  const now = line.peek();
  const last = now.at(-1);
  const [first] = now;
  const closes = tool.peek() === "create" && first !== undefined && now.length > 2 && samePlace(first.at, c.at);
  if (closes || (last !== undefined && samePlace(last.at, c.at))) finish();
  else line.value = [...now, c];
}

/** Takes the last corner back. */
export function dropCorner(): void {
  line.value = line.peek().slice(0, -1);
}

/** Reports whether what is drawn or picked can be made an operation. */
export function canFinish(): boolean {
  switch (tool.value) {
    case "split":
      return line.value.length > 1 && chosenArea.value !== null;
    case "create":
      return line.value.length > 2 && outline.value === null;
    case "merge":
      return picked.value.length > 1;
    default:
      return false;
  }
}

/** Makes an operation of what is drawn or picked. */
export function finish(): void {
  if (!canFinish()) return;
  switch (tool.peek()) {
    case "split": {
      const of = chosenArea.peek();
      const drawn = line.peek();
      if (of === null) return;
      const [name, code] = [newPart.peek().name.trim(), newPart.peek().code.trim()];
      const coordinates = beyond(drawn).map(position);
      const typed = [typedName.peek(), typedCode.peek()] as const;
      void run({ op: "split", kind: of.kind, code: of.code, line: { type: "LineString", coordinates }, ...(code === "" ? {} : { new_code: code }), ...(name === "" ? {} : { new_name: name }) }).then((done) => {
        // What was refused can be mended, unless something else was begun meanwhile.
        if (done || tool.peek() !== "split" || chosen.peek() !== of.key || line.peek().length > 0) return;
        line.value = drawn;
        [typedName.value, typedCode.value] = typed;
      });
      forgetTyped();
      letGo();
      return;
    }
    case "create":
      outline.value = line.peek().map((c) => c.at);
      return;
    case "merge": {
      const keys = picked.peek();
      const codes = keys.map((k) => k.slice(k.indexOf(":") + 1));
      const [into] = codes;
      const [first] = keys;
      if (into === undefined || first === undefined) return;
      void run({ op: "merge", kind: kind.peek(), codes, into }).then((done) => {
        if (done) choose(first);
        else if (tool.peek() === "merge" && picked.peek().length === 0) picked.value = keys;
      });
      letGo();
      return;
    }
    default:
  }
}

/** Moves a held node by some steps of the lattice, as keys do. */
export function nudge(node: LatticePoint, to: LatticePoint): void {
  const all = topology.peek();
  if (all !== null && distanceM(node, to) < 100_000) held.value = { move: all.moveNode(node, to), snap: null };
}
