import type { Kind } from "../../api/types";
import { commonM2 } from "./common";
import { areaM2 } from "./measure";
import { boxesMeet } from "./outline";
import type { Area, LatticePoint, Painted, Topology } from "./types";

/** Of a unit, the areas of a kind that hold a part of it, and how much, in square metres. */
type Shares = ReadonlyMap<string, number>;

const known = new WeakMap<Topology, Map<string, Shares>>();

/** A share below this, in square metres, is what rounding makes. */
const leastM2 = 0.01;

function sharesOf(topology: Topology, unit: Area, kind: Kind): Shares {
  let of = known.get(topology);
  if (of === undefined) known.set(topology, (of = new Map()));
  const name = `${kind} ${unit.key}`;
  let shares = of.get(name);
  if (shares === undefined) {
    const made = new Map<string, number>();
    for (const a of topology.areas(kind)) {
      if (!boxesMeet(a.box, unit.box)) continue;
      const m2 = commonM2(unit, a);
      if (m2 > leastM2) made.set(a.key, m2);
    }
    shares = made;
    of.set(name, shares);
  }
  return shares;
}

/**
 * Says whether a unit can be given to an area: "there" where it lies in it
 * already, "split" where it lies in several others, or partly in none, so that
 * the server would refuse.
 */
export function paintable(topology: Topology, unit: Area, to: Area): "yes" | "there" | "split" {
  const shares = sharesOf(topology, unit, to.kind);
  const whole = areaM2(unit.outline);
  const near = (m2: number) => Math.abs(whole - m2) <= Math.max(1e-6 * whole, leastM2);
  if (near(shares.get(to.key) ?? 0)) return "there";
  const others = [...shares.keys()].filter((k) => k !== to.key);
  const sum = [...shares.values()].reduce((a, b) => a + b, 0);
  return others.length === 1 && near(sum) ? "yes" : "split";
}

/** Adds the units of a kind that cover a place to those that were painted before, in the order in which they came. Gives the same list where there is nothing new. */
export function paintedAt(topology: Topology, before: Painted, q: LatticePoint, unitKind: Kind, to: Area): Painted {
  // The first is that which the place belongs to.
  const [unit] = topology.areasAt(q, { kinds: [unitKind] });
  if (unit === undefined || before.units.includes(unit) || before.left.some((l) => l.unit === unit)) return before;
  const can = paintable(topology, unit, to);
  if (can === "yes") return { ...before, units: [...before.units, unit] };
  return { ...before, left: [...before.left, { unit, why: can }] };
}

/** Nothing is painted. */
export const unpainted: Painted = { units: [], left: [] };
