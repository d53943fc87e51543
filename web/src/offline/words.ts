import type { Item } from "./item";
import { t } from "./text";

/** Says why the server did not accept something, and what can be done. */
export function refusalText({ refusal: r }: Item): string {
  if (r === undefined) return "";
  if (r.type === "state-conflict") return t("refused_state");
  if (r.type === "version-conflict") return t("refused_version");
  if (r.type === "clock-ahead" || r.errors.some((e) => /\/(observed_)?at$/.test(e.pointer))) return t("refused_clock");
  if (r.type === "idempotency-key-reused") return t("refused_key");
  if (r.type === "outside-district" || r.type === "no-position") return t("refused_place");
  if (r.type.startsWith("photo-")) return t("refused_photo");
  if (r.type === "too-large") return t("refused_large");
  if (r.type.startsWith("note-")) return t("refused_note");
  if (r.status === 403) return t("refused_forbidden");
  if (r.status === 404) return t("refused_missing");
  return t("refused_other", { detail: r.detail === "" ? r.type : r.detail });
}

/** Reports whether the fault is the phone's clock. */
export function isClockFault({ refusal: r }: Item): boolean {
  return r !== undefined && (r.type === "clock-ahead" || r.errors.some((e) => /\/(observed_)?at$/.test(e.pointer)));
}

/** The name of the member of an item's body that holds what a person wrote. */
export function wordsOf(i: Item): "note" | "description" | null {
  if (i.kind === "event") return "note";
  return i.kind === "report" ? "description" : null;
}

/** Reads an item's body where it is a JSON object. */
export function bodyOf(i: Item): Record<string, unknown> {
  if (i.type !== "application/json") return {};
  const body: unknown = JSON.parse(i.body);
  return typeof body === "object" && body !== null ? { ...body } : {};
}
