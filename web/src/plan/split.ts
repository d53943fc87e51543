import { computed, signal } from "@preact/signals";
import { chosenArea, topology } from "./desk";
import { freeLike, nextName } from "./codes";

/** What the planner typed for the part that a split makes; null where that is what is proposed. */
export const typedName = signal<string | null>(null);
export const typedCode = signal<string | null>(null);

/** What the part that a split of the chosen area makes is called, and its code. */
export const newPart = computed((): { name: string; code: string } => {
  const [of, all] = [chosenArea.value, topology.value];
  if (of === null || all === null) return { name: "", code: "" };
  const others = all.areas(of.kind);
  return {
    name: typedName.value ?? nextName(of.properties.name, others.map((a) => a.properties.name)),
    code: typedCode.value ?? freeLike(of.code, others.map((a) => a.code)),
  };
});

/** Forgets what was typed: it was of another part. */
export function forgetTyped(): void {
  typedName.value = null;
  typedCode.value = null;
}
