import { effect, signal } from "@preact/signals";
import { readReport } from "../api/cases";
import type { Report } from "../api/reports";
import { categoryName } from "../case/category";
import { dueOf } from "../case/due";
import { named } from "../case/text";
import { dueText } from "../case/words";
import { discard, enqueue, fateOf, NotKept, sendUnkept, type Fate, type NewItem, type Refusal } from "../offline/outbox";
import { rightTime } from "../offline/clock";
import { smaller } from "../offline/smaller";
import { newKey } from "../report/number";
import { checkSession, who } from "../state/session";
import { goTo, params, tell } from "../state/store";
import { placeOf } from "./order";
import { overlaid, pendingOf } from "./pending";
import { detail, openId, putReport, readDetail, shown } from "./state";
import { t } from "./text";
import { deedText, inShort, needsNote, type DeedType } from "./words";

/** A photo that is to go along. */
export interface DeedPhoto {
  id: string;
  blob: Blob;
  /** An address to show it by; null where this browser cannot. */
  url: string | null;
}

/** What somebody is about to do, and how far that is. */
export interface Deeding {
  report: Report;
  type: DeedType;
  note: string;
  photos: DeedPhoto[];
  state: "asking" | "sending";
  /** What went wrong, in words. */
  fault: string | null;
  /** It did not get through, and can be sent as it is. */
  undelivered: boolean;
  /** It was changed meanwhile: in words, and whether it can still be done. */
  changed: { says: string; still: boolean } | null;
  /** The phone has no room to keep it until it is sent. */
  full: boolean;
  key: string;
}

/** What somebody is about to do; null for nothing. */
export const deeding = signal<Deeding | null>(null);

/** What was typed and not sent, by report and deed. */
const kept = new Map<string, { note: string; photos: DeedPhoto[]; key: string }>();
let whose: string | undefined;
effect(() => {
  const id = who.value?.id;
  if (id === undefined || id === whose) return;
  // It is not for whoever signs in next on the same machine.
  if (whose !== undefined) {
    kept.clear();
    deeding.value = null;
  }
  whose = id;
});
const keyOf = (d: { report: Report; type: DeedType }) => `${d.report.id} ${d.type}`;

/** Changes what is about to be done. Something else to send needs another key. */
export function change(c: Partial<Deeding>): void {
  const d = deeding.peek();
  if (d === null) return;
  const other = c.note !== undefined || c.photos !== undefined;
  deeding.value = { ...d, ...c, ...(other ? { key: newKey() } : {}) };
}

/** Asks whether something shall be done to a report, with what was typed before. */
export function askDeed(report: Report, type: DeedType): void {
  const before = kept.get(keyOf({ report, type })) ?? { note: "", photos: [], key: newKey() };
  deeding.value = { report, type, ...before, state: "asking", fault: null, undelivered: false, changed: null, full: false };
}

/** Closes the question and keeps what was typed. */
export function leaveDeed(): void {
  const d = deeding.peek();
  if (d === null) return;
  if (d.note !== "" || d.photos.length > 0) kept.set(keyOf(d), { note: d.note, photos: d.photos, key: d.key });
  else kept.delete(keyOf(d));
  deeding.value = null;
}

/** Gives the focus to the row of a report, once what was open over the list is gone. */
export function focusRow(id: string): void {
  requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector<HTMLElement>(`.cases a[data-id="${CSS.escape(id)}"]`)?.focus()));
}

/** Says what was done and what comes next, and moves the list on where this report needs nothing more of one. */
function done(d: Deeding, after: Report, next: Report | undefined, waits = false): void {
  kept.delete(keyOf(d));
  for (const p of d.photos) if (p.url !== null) URL.revokeObjectURL(p.url);
  deeding.value = null;
  const now = Date.now();
  const said = waits ? [t("doneWaits", { what: deedText("do", d.type) })] : [deedText("done", d.type)];
  const stays = d.type === "accept" || d.type === "comment" || d.type === "dispatch" || d.type === "verify";
  if (d.type === "accept" && dueOf(after) !== null) said.push(t("until", { when: dueText(dueOf(after), now) }));
  if (!stays) {
    said.push(next === undefined ? t("allDone") : t("nextCase", inShort(next, now)));
    if (openId.peek() === after.id) {
      const { report: _, ...rest } = params.peek();
      goTo({ params: rest });
      if (next !== undefined) focusRow(next.id);
    }
  }
  tell(said.join(t("sentenceEnd")));
}

/** Reads what has become of the report, and says so without taking what was typed. */
async function meanwhile(d: Deeding): Promise<void> {
  const now = await readReport(d.report.id).catch(() => null);
  if (deeding.peek()?.report.id !== d.report.id) return;
  if (now === null) {
    change({ state: "asking", fault: t("failedAway"), undelivered: true });
    return;
  }
  putReport(now);
  const last = now.properties.history?.findLast((h) => h.seq > d.report.properties.version);
  const status = named("status", now.properties.status);
  const still = now.properties.allow?.includes(d.type) === true;
  const what = deedText("do", d.type);
  const says = [
    last === undefined ? t("changedSomehow", { status }) : t("changed", { who: named("role", last.by), what: named("event", last.type), status }),
    still ? t("changedStill") : t("changedNoMore", { what }),
  ].join(t("sentenceGap"));
  const present = deeding.peek();
  if (present !== null) deeding.value = { ...present, report: now, state: "asking", fault: null, changed: { says, still }, key: newKey() };
}

/** So long the answer is waited for on the screen, in milliseconds; then it goes on behind it. */
const patienceMs = 10_000;

/** Something to be done, as it waits on the phone. What was done offline before it makes the version that it is meant for. */
function itemOf(d: Deeding, note: string): NewItem {
  const { id, properties } = d.report;
  const at = rightTime(Date.now());
  return {
    kind: "event",
    subject: `report/${id}`,
    path: `/api/v1/reports/${encodeURIComponent(id)}/events`,
    // A comment is as good after what somebody else did meanwhile.
    headers: d.type === "comment" ? {} : { "If-Match": `"v${properties.version}"` },
    body: JSON.stringify({ type: d.type, at, ...(note === "" ? {} : { note }) }),
    part: "event",
    files: d.photos.map((p, i) => ({ field: "photo", name: `photo-${i + 1}.jpg`, blob: p.blob })),
    label: `${deedText("do", d.type)} · ${categoryName(properties.category)} · ${placeOf(d.report)}`,
    id: d.key,
    about: { type: d.type },
  };
}

/** Makes the photos of a deed small, where the phone has no room for them. */
export async function shrinkPhotos(): Promise<void> {
  const d = deeding.peek();
  if (d === null) return;
  const photos = await Promise.all(d.photos.map(async (p) => ({ ...p, blob: await smaller(p.blob) })));
  change({ photos, fault: null, full: false });
}

/** Does it: it is kept on the phone first, and sent from there. Where the report was changed meanwhile that is said first. */
export async function send(): Promise<void> {
  const d = deeding.peek();
  if (d === null || d.state === "sending" || d.changed?.still === false) return;
  const note = d.note.trim();
  if (needsNote(d.type) && note === "") return change({ fault: t("noteMissing") });
  if (d.type === "comment" && note === "" && d.photos.length === 0) return change({ fault: t("commentMissing") });
  if ([...note].length > 2000) return change({ fault: t("noteTooLong", { n: [...note].length }) });
  change({ state: "sending", fault: null, undelivered: false, full: false });
  const list = shown.peek();
  const at = list.findIndex((r) => r.id === d.report.id);
  const next = list[at + 1] ?? list.find((r) => r.id !== d.report.id);
  const fate = deliver(itemOf(d, note));
  try {
    const f = await fate;
    if (f === null) later(d, next);
    else if (f.kind === "sent") taken(d, f.answer as Report, next);
    else if (f.kind === "refused") await refusedOf(d, f.refusal);
    else change({ state: "asking" });
  } catch (e) {
    if (!(e instanceof NotKept)) throw e;
    change({ state: "asking", fault: t(e.full ? "phoneFull" : "keepsNothing"), undelivered: true, full: e.full && d.photos.length > 0 });
  }
}

/** Puts an item into the outbox, and waits a little for what becomes of it. Where the phone has no room for it it is sent at once, without being kept; NotKept where that does not get through either. */
async function deliver(n: NewItem): Promise<Fate | null> {
  try {
    const item = await enqueue(n);
    return await fateOf(item.id, patienceMs);
  } catch (e) {
    if (!(e instanceof NotKept)) throw e;
    const fate = await sendUnkept(n);
    if (fate === null) throw e;
    return fate;
  }
}

function taken(d: Deeding, after: Report, next: Report | undefined): void {
  // The answer to what was done has no history: that is asked for beside it.
  const shownNow = detail.peek();
  if (shownNow?.id === after.id) detail.value = { ...after, properties: { ...shownNow.properties, ...after.properties } };
  putReport(after);
  done(d, after, next);
  void readDetail();
}

/** It waits on the phone: it is done as far as whoever did it is concerned. */
function later(d: Deeding, next: Report | undefined): void {
  const after = overlaid(d.report, pendingOf(d.report.id));
  done(d, after, next, true);
}

async function refusedOf(d: Deeding, r: Refusal): Promise<void> {
  // The question is still open: what was typed is corrected there.
  await discard(d.key).catch(() => undefined);
  if (r.type === "state-conflict" || r.type === "version-conflict") return meanwhile(d);
  if (r.status === 404 && !(await checkSession())) {
    change({ state: "asking" });
    return leaveDeed();
  }
  const fault = r.status === 403 ? t("failedRole") : r.type === "clock-ahead" ? t("clockAhead") : r.type.startsWith("photo-") ? t("photoRefused") : t("failedOther", { detail: r.detail === "" ? r.type : r.detail });
  change({ state: "asking", fault });
}
