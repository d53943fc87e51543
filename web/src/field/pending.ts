import type { EventType, Report, Status } from "../api/reports";
import { outbox, type Item } from "../offline/outbox";

// What was done to reports on this phone and is not with the server yet. Until
// it is, the list shows them as they will be.

/** What of a deed is known before the server has said so. */
const after: Partial<Record<EventType, { status?: Status; allow: EventType[] }>> = {
  accept: { status: "accepted", allow: ["handle", "return", "comment"] },
  handle: { status: "handled", allow: ["comment"] },
  return: { status: "returned", allow: ["comment"] },
  reject: { status: "rejected", allow: ["comment"] },
  close: { status: "closed", allow: ["comment"] },
  verify: { status: "verified", allow: ["comment"] },
  dispatch: { status: "dispatched", allow: ["comment"] },
};

/** Gives what was done to a report and waits, in order. It follows the outbox. */
export function pendingOf(report: string): readonly Item[] {
  return outbox.value.filter((i) => i.kind === "event" && i.subject === `report/${report}`);
}

/** Gives a report as it will be; what was refused changes nothing. */
export function overlaid(r: Report, pending: readonly Item[]): Report {
  let p = r.properties;
  for (const i of pending) {
    const step = i.state === "waiting" ? after[i.about["type"] as EventType] : undefined;
    if (step !== undefined) p = { ...p, allow: step.allow, ...(step.status === undefined ? {} : { status: step.status }) };
  }
  return p === r.properties ? r : { ...r, properties: p };
}

/** Gives all reports as they will be. */
export function asTheyWillBe(all: Iterable<Report>): Report[] {
  const by = new Map<string, Item[]>();
  for (const i of outbox.value) {
    if (i.kind !== "event") continue;
    const id = i.subject.slice("report/".length);
    by.set(id, [...(by.get(id) ?? []), i]);
  }
  return [...all].map((r) => (by.size === 0 ? r : overlaid(r, by.get(r.id) ?? [])));
}
