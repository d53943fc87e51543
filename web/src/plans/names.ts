import { signal } from "@preact/signals";
import { listAreas } from "../api/client";
import type { Kind } from "../api/types";
import { nameOf } from "../i18n/i18n";
import { splitArea } from "./words";

/** The names of areas by kind and code, as far as they were asked for. */
const known = signal<ReadonlyMap<string, { name: string; name_en?: string | null | undefined }>>(new Map());
const asked = new Set<Kind>();

/** Asks for the names of all areas of a kind, once. */
export function askNames(...kinds: Kind[]): void {
  for (const kind of kinds) {
    if (asked.has(kind)) continue;
    asked.add(kind);
    listAreas(kind, null).then(
      (areas) => learnNames(areas.map((a) => [`${kind}:${a.code}`, a])),
      () => asked.delete(kind),
    );
  }
}

/** Takes names from an answer that has them, such as those of areas that a plan made. */
export function learnNames(named: Iterable<readonly [string, { name: string; name_en?: string | null | undefined }]>): void {
  const next = new Map(known.peek());
  for (const [area, n] of named) next.set(area, n);
  known.value = next;
}

/** Gives the name of an area (`kind:code`), or its code while that is not known. */
export function areaName(area: string): string {
  const found = known.value.get(area);
  return found === undefined ? splitArea(area)[1] : nameOf(found);
}
