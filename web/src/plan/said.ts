import type { Kind } from "../api/types";
import { language, texts, word } from "../i18n/i18n";
import { formatNumber } from "../units/format";
import { en } from "./saiden";
import { zh } from "./saidzh";
import type { PlanProblem } from "./types";
import { problemName } from "./words";

const t = texts(zh, en);

/** How many areas are named before there are too many to read. */
const most = 4;

/** How many digits codes have, by kind. */
const digits: Partial<Record<Kind, number>> = { district: 6, township: 9, village: 12, village_group: 15, grid: 15 };

const number = (n: number, decimals = 0) => formatNumber(n, language.value, decimals);

/** Land that is too much or too little: mostly slivers. */
function land(m2: number): string {
  return t("m2", { n: number(m2, m2 < 10 ? 2 : 0) });
}

function list(areas: readonly string[], name: (area: string) => string): string {
  const named = areas.slice(0, most).map(name).join(t("and"));
  return areas.length > most ? `${named}…` : named;
}

/** Says what is wrong in a sentence; `name` gives what to call an area (`kind:code`). Without a sentence for it the areas are named. */
export function problemText(p: PlanProblem, name: (area: string) => string): string {
  const text = sentence(p, name);
  return p.before === true ? t("before", { text }) : text;
}

function sentence(p: PlanProblem, name: (area: string) => string): string {
  const [one, ...others] = p.areas;
  const areas = list(p.areas, name);
  const first = one === undefined ? "" : name(one);
  const rest = list(others, name);
  const kind = one?.slice(0, one.indexOf(":")) as Kind | undefined;
  const code = p.code ?? "";
  const m2 = land(p.area_m2 ?? 0);
  switch (p.problem) {
    case "GAP":
      return p.area_m2 === undefined ? t("GAP_loose", { areas }) : t("GAP", { areas, m2 });
    case "OVERLAP":
    case "OUTSIDE_DISTRICT":
      return p.area_m2 === undefined ? areas : t(p.problem, { areas, m2 });
    case "OUTSIDE_PARENT":
      return t("OUTSIDE_PARENT", { first, rest, m2 });
    case "NOT_CONTIGUOUS":
      return p.value === undefined ? areas : t("NOT_CONTIGUOUS", { first, n: p.value });
    case "UNIT_SPLIT":
      return others.length > 1 ? t("UNIT_SPLIT", { first, rest, n: others.length }) : t("UNIT_SPLIT_refused", { first, rest });
    case "UNITS_MIXED":
      return t("UNITS_MIXED", { first, rest });
    case "HOUSEHOLDS_OUT_OF_BAND": {
      const { value = 0, norm = 0 } = p;
      if (norm === 0) return areas;
      const of = word(p.class === "rural" ? "gridRural" : "gridUrban");
      return t(value > norm ? "HOUSEHOLDS_more" : "HOUSEHOLDS_fewer", { first, n: number(value), norm: number(norm), of, percent: number((100 * Math.abs(value - norm)) / norm) });
    }
    case "NOT_COMPACT":
      return t("NOT_COMPACT", { first, n: number(p.value ?? 0, 2), norm: number(p.norm ?? 0, 2) });
    case "VACANT_POST":
      return t("VACANT_POST", { first, posts: (p.posts ?? []).map(word).join(t("and")) });
    case "CODE_RULE": {
      const n = kind === undefined ? undefined : digits[kind];
      return t("CODE_RULE", { first, code, prefix: p.prefix ?? "", form: n === undefined ? t("form_compound") : t("form_digits", { n }) });
    }
    case "DUP_CODE":
      return t("DUP_CODE", { code });
    case "CODE_UNKNOWN_PARENT":
    case "LOCKED":
      return t(p.problem, { first });
    default:
      return areas;
  }
}

/** A problem in a line: what it is, and what of whom. */
export function problemLine(p: PlanProblem, name: (area: string) => string): string {
  return `${problemName(p.problem)} · ${problemText(p, name)}`;
}
