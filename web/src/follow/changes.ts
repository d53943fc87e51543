import type { ReportProperties } from "../api/reports";

/** The parts of the page that can change while it is open. */
export const parts = ["status", "due", "people", "words", "photos", "history"] as const;
export type Part = (typeof parts)[number];

/** What of a report is shown in a part. */
const shown: Record<Part, (p: ReportProperties) => unknown> = {
  status: (p) => p.status,
  due: (p) => [p.due_at, p.overdue],
  people: (p) => p.assignees,
  words: (p) => [p.category, p.description],
  photos: (p) => p.photos?.map((x) => x.number),
  history: (p) => p.history?.map((x) => x.seq),
};

/** Says which parts differ between two answers about one report. */
export function changesOf(before: ReportProperties, after: ReportProperties): ReadonlySet<Part> {
  return new Set(parts.filter((part) => JSON.stringify(shown[part](before)) !== JSON.stringify(shown[part](after))));
}
