import { get, request } from "./client";
import type { EventType, Report, Status } from "./reports";

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

/** Something to be done to a report. */
export interface Deed {
  type: EventType;
  note: string;
  photos: readonly Blob[];
  /** The version that was seen; another one is refused. */
  version: number;
  /** Sent again with the same key it is done once. */
  key: string;
}

/** Does something to a report, and gives it as it is then, without its history. */
export async function act(id: string, d: Deed): Promise<Report> {
  const event = JSON.stringify({ type: d.type, ...(d.note === "" ? {} : { note: d.note }) });
  const headers: Record<string, string> = { "Idempotency-Key": d.key };
  // A comment is as good after what somebody else did meanwhile.
  if (d.type !== "comment") headers["If-Match"] = `"v${d.version}"`;
  let body: BodyInit = event;
  if (d.photos.length > 0) {
    body = new FormData();
    body.append("event", event);
    d.photos.forEach((p, i) => (body as FormData).append("photo", p, `photo-${i + 1}.jpg`));
    // Pages of other sites cannot set it: the server asks for it with forms.
    headers["X-Gridpatrol"] = "1";
  } else {
    headers["Content-Type"] = "application/json";
  }
  const answer = await request(`/api/v1/reports/${encodeURIComponent(id)}/events`, { method: "POST", headers, body });
  return (await answer.json()) as Report;
}
