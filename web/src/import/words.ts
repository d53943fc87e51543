import { ApiError } from "../api/client";
import { language } from "../i18n/i18n";
import { formatArea, formatNumber } from "../units/format";
import { ImportError } from "./client";
import { inWords } from "./rate";
import { isProblem, metres, problemHelp, problemName, squareMetres } from "./said";
import { t } from "./text";
import type { FileProblem, Progress, What } from "./types";
import type { Key } from "./zh";

export const number = (n: number, digits = 0): string => formatNumber(n, language.value, digits);

/** Writes a size in bytes, in the unit that reads best. */
export function size(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let n = bytes;
  let i = 0;
  while (n >= 1024 && i < units.length - 1) {
    n /= 1024;
    i++;
  }
  return t("bytesOf", { n: number(n, i === 0 || n >= 100 ? 0 : 1), unit: units[i] ?? "" });
}

/** Says how long the rest takes; empty where that is not known. */
export function left(seconds: number | null): string {
  if (seconds === null) return "";
  const { unit, n } = inWords(seconds);
  return t(unit === "seconds" ? "leftSeconds" : "leftMinutes", { n: number(n) });
}

/** Says how far a step is: how many of how many, how fast, how long the rest takes. */
export function progressText(p: Progress): string {
  const done = p.of >= 0 ? t("progressOf", { done: number(p.done), of: number(p.of) }) : t("progressDone", { done: number(p.done) });
  return [done, p.per_second > 0 ? t("perSecond", { n: number(p.per_second) }) : "", left(p.remaining_s)].filter((x) => x !== "").join(" · ");
}

/** Land in words: square metres up to a hectare. */
export function land(m2: number): string {
  return m2 < 10_000 ? t("m2", { n: squareMetres(m2) }) : t("size", { km2: formatArea(m2, language.value).km2 });
}

/** The units of a problem's numbers. */
export const units = { m2: (n: string): string => t("m2", { n }), m: (n: string): string => t("m", { n }) };

export const distanceText = (m: number): string => t("m", { n: metres(m) });

/** Says which record of the file a problem is about: of a sheet or table by its line, as its programs count. */
export function whereText(p: FileProblem, what: What, format: string): string {
  if (what !== "areas" && /^(CSV|TSV|XLSX)/.test(format) && p.line !== undefined && p.line > 0) return t("ofLine", { n: number(p.line) });
  return p.feature > 0 ? t("ofFeature", { n: number(p.feature) }) : t("wholeFile");
}

/** Types of refusal that have a sentence of their own. */
const refusals: Record<string, Key> = {
  "too-many-imports": "refusedMany",
  "import-busy": "refusedBusy",
  "plan-has-errors": "refusedErrors",
  "note-missing": "refusedNote",
  "outside-scope": "refusedScope",
  locked: "refusedLocked",
  "areas-changed": "refusedChanged",
  "too-large": "refusedLarge",
  "storage-full": "refusedFull",
  unreachable: "away",
};

/** What an error says: the name of the problem where it is one of a file, and a sentence. */
export function refusalText(e: { trouble?: string; type?: string; fault?: string; detail?: string; status?: number }): string {
  const type = e.type === undefined ? "" : e.type.slice(e.type.lastIndexOf(":") + 1);
  const problem = e.fault !== undefined && e.fault !== "" ? e.fault : type.toUpperCase().replaceAll("-", "_");
  if (isProblem(problem)) {
    const { todo } = problemHelp(problem);
    const said = language.value === "en" && e.detail !== undefined && e.detail !== "" ? e.detail : problemName(problem);
    return `${said}${language.value === "zh" ? "。" : said.endsWith(".") ? " " : ". "}${todo}`;
  }
  const key = refusals[type];
  if (key !== undefined) return t(key);
  if (e.status === 413) return t("refusedLarge");
  if (e.trouble === "away" || e.trouble === "busy") return t(e.trouble);
  if (e.trouble === "private") return t("refusedRight");
  return e.detail === undefined || e.detail === "" ? t("refused") : t("refusedDetail", { detail: e.detail });
}

/** Says in the user's words why something was not done. */
export function errorText(e: ApiError): string {
  return refusalText({ trouble: e.trouble, type: e.type, fault: e instanceof ImportError ? e.fault : "", detail: e.problem?.detail ?? "", status: e.problem?.status ?? 0 });
}
