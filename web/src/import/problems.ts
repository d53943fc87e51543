import type { FileProblem } from "./types";

/** Problems of one sort: errors and warnings apart. */
export interface Group {
  problem: string;
  severity: FileProblem["severity"];
  problems: FileProblem[];
}

/** Groups problems by what they are: errors first, the most frequent first among them. */
export function grouped(problems: readonly FileProblem[]): Group[] {
  const groups = new Map<string, Group>();
  for (const p of problems) {
    const key = `${p.severity} ${p.problem}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { problem: p.problem, severity: p.severity, problems: [p] });
    else group.problems.push(p);
  }
  return [...groups.values()].sort((a, b) => (a.severity !== b.severity ? (a.severity === "error" ? -1 : 1) : b.problems.length - a.problems.length));
}

/** How many are errors, and how many warnings. */
export function counted(problems: readonly FileProblem[]): { errors: number; warnings: number } {
  const errors = problems.reduce((n, p) => n + (p.severity === "error" ? 1 : 0), 0);
  return { errors, warnings: problems.length - errors };
}

/** The repairs that would mend some of a group, the one for the most first. */
export function repairsFor(group: Group): { repair: string; n: number }[] {
  const counts = new Map<string, number>();
  for (const p of group.problems) {
    if (p.repair !== undefined && p.repair !== "" && p.severity === "error") counts.set(p.repair, (counts.get(p.repair) ?? 0) + 1);
  }
  return [...counts].map(([repair, n]) => ({ repair, n })).sort((a, b) => b.n - a.n);
}

/** The coordinate systems that problems say would fit, each once. */
export function readingsOf(group: Group): string[] {
  const found = new Set<string>();
  for (const p of group.problems) {
    const reading = p.values?.["reading"];
    if (typeof reading === "string" && reading !== "") found.add(reading);
  }
  return [...found];
}
