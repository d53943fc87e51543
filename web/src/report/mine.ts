/** A report sent from this device: what is needed to follow it. */
export interface Mine {
  id: string;
  /** Shows the report to whoever has it; it never enters the address of a request. */
  secret: string;
  category: string;
  /** When the server took it, RFC 3339. */
  at: string;
}

const place = "gridpatrol-mine";
/** So many are kept, the newest. */
const most = 200;

function isMine(v: unknown): v is Mine {
  return typeof v === "object" && v !== null && "id" in v && typeof v.id === "string" && "secret" in v && typeof v.secret === "string" && "category" in v && "at" in v;
}

/** Gives the reports sent from this device, the newest first. A browser that keeps nothing has none. */
export function list(): Mine[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isMine) : [];
  } catch {
    return [];
  }
}

function keep(all: Mine[]): void {
  try {
    localStorage.setItem(place, JSON.stringify(all.slice(0, most)));
  } catch {
    // Full or forbidden: the link on the page is what is left.
  }
}

/** Keeps a report that was sent, once however often it is added. */
export function add(report: Mine): void {
  keep([report, ...list().filter((m) => m.id !== report.id)]);
}

/** Forgets a report on this device; on the server it stays. */
export function remove(id: string): void {
  keep(list().filter((m) => m.id !== id));
}
