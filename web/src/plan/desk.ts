import { computed, signal } from "@preact/signals";
import type { Kind } from "../api/types";
import { nameOf, word } from "../i18n/i18n";
import type { Area, LatticePoint, Move, NearNode, Numbers, Snap, Topology } from "./model/types";
import type { PlanStore } from "./store";
import { chosen, tool } from "./tool";

/** The plan that is edited; null while none is open. */
export const store = signal<PlanStore | null>(null);

/** The boundaries of the plan; null before they are there. */
export const topology = computed((): Topology | null => store.value?.topology.value ?? null);

/** The chosen area as it is now; null where it is no more. */
export const chosenArea = computed((): Area | null => (chosen.value === null ? null : (topology.value?.area(chosen.value) ?? null)));

/** What is under the pointer, or has the keyboard: a node, or a place on a side. */
export const hover = signal<{ node: NearNode } | { snap: Snap } | null>(null);

/** A node on its way, and what it would snap to. */
export const held = signal<{ move: Move; snap: Snap | null } | null>(null);

/** A corner of a line that is drawn; `on` says what it was snapped to. */
export interface Corner {
  at: LatticePoint;
  on: Snap["to"] | null;
}

/** The line that is drawn, and where its next corner would be. */
export const line = signal<readonly Corner[]>([]);
export const cursor = signal<Corner | null>(null);

/** The areas to be merged, `kind:code`; the first takes in the others. */
export const picked = signal<readonly string[]>([]);

/** The units under the brush so far. */
export const painted = signal<readonly Area[]>([]);

/** The unit or area under the pointer that the brush or a merge would take. */
export const under = signal<Area | null>(null);

/** The ring of an area that is to be created, once it is closed. */
export const outline = signal<readonly LatticePoint[] | null>(null);

/** Gives up what was begun and not done yet. Says whether there was anything. */
export function letGo(): boolean {
  const any = held.peek() !== null || line.peek().length > 0 || painted.peek().length > 0 || outline.peek() !== null || picked.peek().length > 0;
  held.value = null;
  line.value = [];
  cursor.value = null;
  painted.value = [];
  outline.value = null;
  picked.value = [];
  under.value = null;
  return any;
}

/** Gives what to call an area: its name, or its code where it is no more. */
export function areaName(kindOf: Kind, code: string): string {
  const a = topology.value?.area(`${kindOf}:${code}`);
  return a === undefined ? `${word(kindOf)} ${code}` : nameOf(a.properties);
}

/** As areaName, of `kind:code`. */
export function keyName(key: string): string {
  const i = key.indexOf(":");
  return areaName(key.slice(0, i) as Kind, key.slice(i + 1));
}

const none: ReadonlyMap<string, Numbers> = new Map();

/** The numbers that grids would have if what is held were dropped now: those that would change. */
export const live = computed((): ReadonlyMap<string, Numbers> => {
  const tallies = store.value?.tallies.value ?? null;
  if (tallies === null) return none;
  if (held.value !== null) return tallies.move(held.value.move);
  const to = chosenArea.value;
  if (tool.value === "brush" && painted.value.length > 0 && to !== null && to.kind === tallies.kind) return tallies.paint(painted.value, to);
  return none;
});
