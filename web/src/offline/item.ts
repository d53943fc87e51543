/** What is sent through the outbox. */
export type ItemKind = "report" | "event" | "patrol" | "track";

/** A file that goes along: the form field it is sent in, its name, its bytes. */
export interface ItemFile {
  field: string;
  name: string;
  blob: Blob;
}

/** The server's word against an item. */
export interface Refusal {
  status: number;
  /** The last part of the problem's type, such as `state-conflict`. */
  type: string;
  /** The server's own words, in English. */
  detail: string;
  /** Where in what was sent the fault is. */
  errors: { pointer: string; detail: string }[];
  /** What the state of the thing allows. */
  allow: string[];
  at: number;
}

/** Something to be sent to the server once. */
export interface NewItem {
  kind: ItemKind;
  /** What it is about, such as `report/ID` or `patrol/ID`: of one subject all goes in the order it was put in. */
  subject: string;
  path: string;
  /** Beside Idempotency-Key and X-Sent-At, which the sender sets. */
  headers?: Record<string, string>;
  /** What is sent, as text. With files it is the form field `part`. */
  body: string;
  /** The body's media type; JSON without it. */
  type?: string;
  part?: string;
  files?: ItemFile[];
  /** What it is, in words, for who sent it. */
  label: string;
  /** When it was done by the phone's clock, in milliseconds; now without it. */
  at?: number;
  /** The Idempotency-Key, a UUID; a new one without it. */
  id?: string;
  /** What whoever put it in wants to find again beside it, as a report's category. */
  about?: Record<string, string>;
}

/** Something that waits on this phone until the server has it. */
export interface Item {
  /** The Idempotency-Key. */
  id: string;
  /** Its place in the queue. */
  seq: number;
  at: number;
  kind: ItemKind;
  subject: string;
  method: "POST";
  path: string;
  headers: Record<string, string>;
  body: string;
  type: string;
  part: string;
  files: ItemFile[];
  label: string;
  about: Record<string, string>;
  /** Kept as it is written down; that it is being sent this moment is known only while the page lives. */
  state: "waiting" | "refused";
  refusal?: Refusal;
}

/** Makes an item that has no place in the queue yet. */
export function itemOf(n: NewItem, newKey: () => string, now: number): Item {
  return {
    id: n.id ?? newKey(),
    seq: 0,
    at: n.at ?? now,
    kind: n.kind,
    subject: n.subject,
    method: "POST",
    path: n.path,
    headers: n.headers ?? {},
    body: n.body,
    type: n.type ?? "application/json",
    part: n.part ?? "",
    files: n.files ?? [],
    label: n.label,
    about: n.about ?? {},
    state: "waiting",
  };
}

/** About how many bytes an item takes on the phone. */
export function bytesOf(i: Item): number {
  return i.body.length + i.files.reduce((n, f) => n + f.blob.size, 0);
}

/** Gives what may be sent next: the first in the queue with nothing of its subject before it. What was refused holds back what is about the same. */
export function nextOf(items: readonly Item[], skip: ReadonlySet<string>): Item | undefined {
  const begun = new Set<string>(skip);
  for (const i of items) {
    if (begun.has(i.subject)) continue;
    if (i.state === "waiting") return i;
    begun.add(i.subject);
  }
  return undefined;
}

/** Reports whether an item waits for another of its subject that was refused. */
export function heldBack(items: readonly Item[], item: Item): boolean {
  return items.some((o) => o.seq < item.seq && o.subject === item.subject && o.state === "refused");
}

/** So many lines of a track go into one item: at one fix in five seconds that is four hours. */
export const trackLines = 3000;

/** Adds lines to the last item of a track where there is room; null where a new one is needed. What was refused stays as it was. */
export function lengthened(last: Item | undefined, lines: readonly string[], newKey: () => string): Item | null {
  if (last === undefined || last.kind !== "track" || last.state !== "waiting") return null;
  const have = last.body === "" ? 0 : last.body.split("\n").length - 1;
  if (have + lines.length > trackLines) return null;
  // Another body needs another key. Fixes are a set on the server: one that was sent before counts once.
  return { ...last, id: newKey(), body: last.body + lines.map((l) => `${l}\n`).join("") };
}
