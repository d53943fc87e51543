import type { Checkpoint, CheckpointFields, CheckpointKind } from "../api/patrols";

/** The radii that a checkpoint may have, in metres. */
export const radii = { least: 10, most: 500 } as const;
/** The longest window, in hours: a year. */
export const greatestEvery = 366 * 24;

/** What has been filled in about a checkpoint. The place is as it was typed, in degrees; `lookAt` has a line for each thing. */
export interface PointForm {
  name: string;
  kind: string;
  lon: string;
  lat: string;
  radius: number;
  every: number;
  lookAt: string;
}

/** Gives the form of a new checkpoint, of the first kind there is. */
export function freshPoint(kinds: readonly CheckpointKind[]): PointForm {
  const [k] = kinds;
  return { name: "", kind: k?.code ?? "", lon: "", lat: "", radius: 50, every: k?.due_every_h ?? 24, lookAt: (k?.look_at ?? []).join("\n") };
}

/** Gives the form of a checkpoint that is to be changed. */
export function pointForm({ geometry, properties: p }: Checkpoint): PointForm {
  const [lon, lat] = geometry.coordinates;
  return { name: p.name, kind: p.kind, lon: lon.toFixed(7), lat: lat.toFixed(7), radius: p.radius_m, every: p.due_every_h, lookAt: p.look_at.join("\n") };
}

function degrees(text: string, most: number): number | null {
  const n = Number(text);
  return text.trim() !== "" && Number.isFinite(n) && Math.abs(n) <= most ? n : null;
}

/** Says what is missing or wrong, by the key of its text; null where nothing is. */
export function faultOfPoint(f: PointForm): "faultName" | "faultPlace" | "faultRadius" | "faultEvery" | null {
  if (f.name.trim() === "") return "faultName";
  if (degrees(f.lon, 180) === null || degrees(f.lat, 85) === null) return "faultPlace";
  if (!(f.radius >= radii.least && f.radius <= radii.most)) return "faultRadius";
  return f.every >= 1 && f.every <= greatestEvery ? null : "faultEvery";
}

/** Gives what a form says; it has no fault. */
export function fieldsOf(f: PointForm): CheckpointFields {
  const look = f.lookAt.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return { name: f.name.trim(), kind: f.kind, lon: Number(f.lon), lat: Number(f.lat), radius_m: f.radius, due_every_h: f.every, look_at: look };
}

/** Gives what a form changes of a checkpoint; null where it changes nothing. */
export function changeOfPoint(f: PointForm, c: Checkpoint): Partial<CheckpointFields> | null {
  const next = fieldsOf(f);
  const before = fieldsOf(pointForm(c));
  const moved = next.lon !== before.lon || next.lat !== before.lat;
  const change: Partial<CheckpointFields> = {
    ...(next.name === before.name ? {} : { name: next.name }),
    ...(next.kind === before.kind ? {} : { kind: next.kind }),
    // A place is both numbers.
    ...(moved ? { lon: next.lon, lat: next.lat } : {}),
    ...(next.radius_m === before.radius_m ? {} : { radius_m: next.radius_m }),
    ...(next.due_every_h === before.due_every_h ? {} : { due_every_h: next.due_every_h }),
    ...(next.look_at.join("\n") === before.look_at.join("\n") ? {} : { look_at: next.look_at }),
  };
  return Object.keys(change).length === 0 ? null : change;
}
