import { signal } from "@preact/signals";
import { areasOf, type HotspotCell } from "../api/hotspots";
import type { AreaName, Kind } from "../api/types";
import { nameOf } from "../i18n/i18n";
import { middleOf } from "./frames";
import { t } from "./text";

const kinds = ["township", "village", "grid"] as const satisfies Kind[];
type Place = Partial<Record<Kind, AreaName | null>>;

/** The areas that hexagons' middles lie in, as far as they have been asked for. */
const places = signal<ReadonlyMap<string, Place>>(new Map());

/** Asks for the areas of hexagons that are not known yet. Without an answer their names stay open. */
export async function findPlaces(cells: readonly HotspotCell[]): Promise<void> {
  const wanted = cells.filter((c) => !places.peek().has(c.id));
  if (wanted.length === 0) return;
  const found = await areasOf(wanted.map(middleOf), kinds).catch(() => null);
  if (found === null) return;
  const kept = places.peek().size > 2000 ? [] : places.peek();
  places.value = new Map([...kept, ...wanted.map((c, i): [string, Place] => [c.id, found[i] ?? {}])]);
}

/** Forgets them: boundaries have changed. */
export function forgetPlaces(): void {
  places.value = new Map();
}

/** The name of where the middle of a hexagon lies; null until it is known. */
export function placeOf(h3: string): string | null {
  const p = places.value.get(h3);
  if (p === undefined) return null;
  const own = [p.township, p.village ?? p.grid].filter((a) => a !== null && a !== undefined).map(nameOf);
  return own.length === 0 ? t("outside") : own.join(" · ");
}
