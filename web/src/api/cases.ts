import { get } from "./client";
import type { Report, Status } from "./reports";

interface Page {
  features: Report[];
  links: { rel: string; href: string }[];
}

/** Lists reports in the caller's areas by time limit, page by page, until `signal` aborts. The first page is small, to be there soon. */
export async function* listByDue(statuses: readonly Status[], signal: AbortSignal): AsyncGenerator<Report[]> {
  let next: string | undefined = `/api/v1/reports?sort=due&status=${statuses.join(",")}&limit=200`;
  while (next !== undefined) {
    const page: Page = await get<Page>(next, signal);
    yield page.features;
    const link = page.links.find((l) => l.rel === "next")?.href;
    if (link === undefined) return;
    // Other hosts' addresses are never asked: the path is enough.
    const { pathname, search } = new URL(link, location.href);
    next = `${pathname}${search.replace(/limit=\d+/, "limit=1000")}`;
  }
}

/** Lists what was reported last. */
export async function newest(signal: AbortSignal): Promise<Report[]> {
  return (await get<Page>("/api/v1/reports?limit=50", signal)).features;
}

/** Gives one report with its history. */
export function readReport(id: string, signal?: AbortSignal): Promise<Report> {
  return get<Report>(`/api/v1/reports/${encodeURIComponent(id)}`, signal);
}
