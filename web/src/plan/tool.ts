import { computed } from "@preact/signals";
import { isKind, type Kind } from "../api/types";
import { params, setParams } from "../state/store";

/** What a planner does with the map, in the order of the row of tools. */
export const tools = ["move", "insert", "remove", "split", "merge", "brush", "create"] as const;
export type Tool = (typeof tools)[number];

/** The kinds whose areas are chosen and redrawn one by one; the others are there to be seen. */
export const editable = ["grid", "village_group", "compound"] as const satisfies readonly Kind[];
/** The kinds that a brush gives to a grid whole. */
export const units = ["compound", "village_group", "village"] as const satisfies readonly Kind[];

/** The tool in hand, as the address says. */
export const tool = computed((): Tool => tools.find((n) => n === params.value.tool) ?? "move");

/** The kind whose nodes and areas are meant. */
export const kind = computed((): Kind => editable.find((k) => k === params.value.kind) ?? "grid");

/** The kind of what the brush gives away. */
export const unit = computed((): Kind => units.find((k) => k === params.value.unit) ?? "compound");

/** The chosen area, `kind:code`. */
export const chosen = computed((): string | null => params.value.of ?? null);

/** The number of days whose reports are counted. */
export const days = computed((): number => [30, 90, 180, 365].find((n) => String(n) === params.value.days) ?? 365);

export function takeTool(t: Tool): void {
  setParams({ tool: t === "move" ? null : t });
}

/** Takes the next tool of the row, or the one before. */
export function nextTool(step: 1 | -1): void {
  const i = tools.indexOf(tool.peek());
  takeTool(tools[(i + step + tools.length) % tools.length] ?? "move");
}

export function chooseKind(k: Kind): void {
  setParams({ kind: k === "grid" ? null : k, of: null });
}

/** Chooses an area, or none; its kind becomes the one that is meant where that can be edited. */
export function choose(key: string | null): void {
  const [k = ""] = (key ?? "").split(":");
  if (key !== null && isKind(k) && editable.some((e) => e === k)) setParams({ of: key, kind: k === "grid" ? null : k });
  else setParams({ of: key });
}
