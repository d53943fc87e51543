import { language, texts, word } from "../i18n/i18n";
import { formatNumber } from "../units/format";
import { en } from "./saiden";
import { zh, type Said } from "./saidzh";
import type { FileProblem } from "./types";

const t = texts(zh, en);

const has = (key: string): key is Said => Object.hasOwn(zh, key);

/** Reports whether there are words for a problem. */
export function isProblem(problem: string): boolean {
  return problem !== "" && has(`${problem}_do`);
}

/** Gives what a problem is called, or its code where that is new. */
export function problemName(problem: string): string {
  return has(problem) ? t(problem) : problem;
}

/** Says what a problem means and what to do, as far as that is known. */
export function problemHelp(problem: string): { means: string; todo: string } {
  const say = (key: string) => (has(key) ? t(key) : "");
  return { means: say(`${problem}_is`), todo: say(`${problem}_do`) };
}

/** How many areas are named before there are too many to read. */
const most = 4;

const number = (n: number, digits = 0) => formatNumber(n, language.value, digits);

/** A distance in metres, with as many digits as say something. */
export function metres(m: number): string {
  return number(m, m < 1 ? 3 : m < 10 ? 2 : m < 100 ? 1 : 0);
}

/** Land in square metres, with as many digits as say something. */
export function squareMetres(m2: number): string {
  return number(m2, m2 < 10 ? 2 : 0);
}

/** Names an area of a problem, `kind:code`: its code tells it, the kind stands before. */
function areaText(area: string): string {
  const i = area.indexOf(":");
  return i < 0 ? area : `${word(area.slice(0, i))} ${area.slice(i + 1)}`;
}

function areasText(areas: readonly string[]): string {
  const listed = areas.slice(0, most).map(areaText).join(t("and"));
  return areas.length > most ? `${listed}…` : listed;
}

function valueText(key: string, v: unknown): string | null {
  const name = `value_${key}`;
  if (!has(name) || v === null || v === "") return null;
  if (typeof v === "number") return t(name, { v: key.endsWith("_m") ? metres(v) : number(v, 3) });
  if (typeof v === "string") return t(name, { v: word(v) });
  if (Array.isArray(v)) return t(name, { v: v.slice(0, most).map((x) => word(String(x))).join(t("and")) });
  return null;
}

/** Says of whom and how much, with what the problem has for that; English is the server's own sentence. Empty where there is nothing to say. */
export function problemFacts(p: FileProblem, unit: { m2: (n: string) => string; m: (n: string) => string }): string {
  if (language.value === "en" && p.detail !== "") return p.detail;
  const parts: string[] = [];
  const areas = (p.areas ?? []).filter((a) => p.code === "" || !a.endsWith(`:${p.code}`));
  const m2 = p.area_m2 === undefined || p.area_m2 === 0 ? null : unit.m2(squareMetres(p.area_m2));
  if (m2 !== null && p.problem === "OVERLAP") parts.push(areas.length === 0 ? t("fact_overlapOne", { m2 }) : t("fact_overlap", { areas: areasText(areas), m2 }));
  else if (m2 !== null && p.problem === "GAP") parts.push((p.areas ?? []).length === 0 ? t("fact_gapOne", { m2 }) : t("fact_gap", { areas: areasText(p.areas ?? []), m2 }));
  else {
    if (m2 !== null) parts.push(t(p.problem === "OUTSIDE_DISTRICT" ? "fact_outside" : "fact_area", { m2 }));
    if (areas.length > 0) parts.push(t("fact_areas", { areas: areasText(areas) }));
  }
  if (p.width_m !== undefined && p.width_m > 0) parts.push(t("fact_width", { m: unit.m(metres(p.width_m)) }));
  for (const [key, v] of Object.entries(p.values ?? {})) {
    const text = valueText(key, v);
    if (text !== null) parts.push(text);
  }
  return parts.join(t("between"));
}
