import { ApiError } from "../api/client";
import type { Kind } from "../api/types";
import { language, word } from "../i18n/i18n";
import { PlanError } from "../plan/client";
import type { PlanRevision, Side } from "../plan/types";
import { formatArea, formatNumber } from "../units/format";
import { t, type Key } from "./text";

/** Types of refusal that have a sentence of their own. */
const refusals: Record<string, Key> = {
  "plan-has-errors": "refusedErrors",
  "approval-missing": "refusedApproval",
  "areas-changed": "refusedChanged",
  "note-missing": "refusedNote",
  "own-work": "refusedOwnWork",
  "outside-scope": "refusedScope",
  "plan-closed": "refusedClosed",
  "version-conflict": "refusedVersion",
  "nothing-to-undo": "refusedNothing",
  unreachable: "away",
};

/** Says in the user's words why something was not done. */
export function refusalText(e: unknown, nameOf: (area: string) => string): string {
  if (!(e instanceof ApiError)) return t("away");
  const areas = e instanceof PlanError ? e.areas : [];
  const key = refusals[e.type];
  if (key !== undefined) return areas.length === 0 ? t(key) : `${t(key)} ${t("refusedAreas", { list: areas.slice(0, 6).map(nameOf).join(language.value === "zh" ? "、" : ", ") })}`;
  if (e.trouble === "away" || e.trouble === "busy") return t(e.trouble);
  if (e.trouble === "private") return t("refusedRight");
  if (e.trouble === "missing") return t("gone");
  return e.problem?.detail === undefined || e.problem.detail === "" ? t("refused") : t("refusedDetail", { detail: e.problem.detail });
}

/** Splits `kind:code`. */
export function splitArea(area: string): [Kind, string] {
  const i = area.indexOf(":");
  return [area.slice(0, i) as Kind, area.slice(i + 1)];
}

/** Writes a whole number with its sign: what became more or less. */
export function signed(n: number, digits = 0): string {
  const rounded = Number(n.toFixed(digits));
  if (rounded === 0) return "±0";
  return `${rounded > 0 ? "+" : "−"}${formatNumber(Math.abs(rounded), language.value, digits)}`;
}

/** An area of land in both units. */
export function areaText(m2: number): string {
  const { km2, mu } = formatArea(m2, language.value);
  // Below a tenth of a hectare km² would say nothing.
  if (m2 < 10_000) return t("sizeSmall", { m2: formatNumber(m2, language.value), mu: formatNumber(m2 / (10_000 / 15), language.value, 2) });
  return t("size", { km2, mu });
}

/** What a kind is called, with how many there are. */
export function kindText(kind: Kind, n: number): string {
  return t("ofKind", { n: formatNumber(n, language.value), kind: word(kind) });
}

/** What one side of a comparison is called. */
export function sideText(side: Side, revisions: readonly PlanRevision[], titles: ReadonlyMap<string, string>): string {
  const [kind, id] = splitArea(side) as unknown as ["revision" | "plan", string];
  if (kind === "plan") return t("sidePlan", { title: titles.get(id) ?? id.slice(0, 8) });
  const current = revisions.find((r) => r.current === true)?.revision;
  return t(current === Number(id) ? "sideCurrent" : "sideRevision", { n: id });
}

/** Reads one side of a comparison from the address. */
export function parseSide(text: string | undefined): Side | null {
  if (text === undefined) return null;
  return /^revision:\d+$/.test(text) || /^plan:[0-9a-f-]+$/i.test(text) ? (text as Side) : null;
}
