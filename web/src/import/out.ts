import { ApiError } from "../api/client";
import { importErrorOf } from "./client";

/** The areas that can be taken out, from the widest to the smallest. */
export const areas = ["districts", "townships", "villages", "grids", "village_groups", "compounds"] as const;

/** What can be taken out, as the address of an export names it. */
export const collections = [...areas, "reports", "roads", "posts", "roster", "committees"] as const;
export type Collection = (typeof collections)[number];

export const formats = ["geojson", "gpkg", "csv", "xlsx"] as const;
export type Format = (typeof formats)[number];

export const systems = ["EPSG:4326", "EPSG:4490", "EPSG:4551"] as const;
export type System = (typeof systems)[number];

/** What is to be taken out. `at` is RFC 3339; both of `at` and `plan` are null for what is in force. */
export interface Wish {
  collection: Collection;
  format: Format;
  crs: System;
  at: string | null;
  plan: string | null;
}

/** Reports whether something can be asked for as it was at a time, or is in a plan. */
export function hasTimes(c: Collection): boolean {
  return (areas as readonly string[]).includes(c);
}

/** Reports whether something has places, and so a coordinate system. */
export function hasPlaces(c: Collection): boolean {
  return !ofPeople(c);
}

/** Reports whether something is about posts and people, which not everybody may read. */
function ofPeople(c: Collection): boolean {
  return c === "posts" || c === "roster" || c === "committees";
}

/** The formats that something can be had in. */
export function formatsOf(c: Collection): readonly Format[] {
  return hasPlaces(c) ? formats : ["csv", "xlsx"];
}

/** Gives the address of an export. */
export function exportUrl(w: Wish): string {
  const q = new URLSearchParams({ format: w.format });
  if (hasPlaces(w.collection)) q.set("crs", w.crs.slice("EPSG:".length));
  if (hasTimes(w.collection) && w.plan !== null) q.set("plan", w.plan);
  else if (hasTimes(w.collection) && w.at !== null) q.set("at", w.at);
  return `/api/v1/export/${w.collection}?${q.toString()}`;
}

/** Gives the file name in a Content-Disposition header; null without one. */
export function fileNameOf(header: string | null): string | null {
  if (header === null) return null;
  const wide = /filename\*\s*=\s*UTF-8''([^;]+)/i.exec(header)?.[1];
  if (wide !== undefined) {
    try {
      return decodeURIComponent(wide.trim());
    } catch {
      // Not encoded as it says: the plain name may be.
    }
  }
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;]+))/i.exec(header);
  return plain?.[1] ?? plain?.[2]?.trim() ?? null;
}

/** Downloads an export. Throws an ImportError. */
export async function download(w: Wish, onBytes: (n: number) => void, signal: AbortSignal): Promise<{ name: string; bytes: number }> {
  const away = (e: unknown): never => {
    if (signal.aborted) throw e;
    throw new ApiError("away", "unreachable");
  };
  const answer = await fetch(exportUrl(w), { signal }).catch(away);
  if (!answer.ok) throw importErrorOf(answer.status, await answer.json().catch(() => null));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = answer.body?.getReader();
  for (;;) {
    const next = await reader?.read().catch(away);
    if (next === undefined || next.done) break;
    parts.push(next.value);
    bytes += next.value.length;
    onBytes(bytes);
  }
  const name = fileNameOf(answer.headers.get("Content-Disposition")) ?? `${w.collection}.${w.format}`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type: answer.headers.get("Content-Type") ?? "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return { name, bytes };
}
