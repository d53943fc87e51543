import { effect, signal } from "@preact/signals";
import { act, readReport } from "../api/cases";
import { ApiError } from "../api/client";
import type { Report } from "../api/reports";
import { named } from "../case/text";
import { newKey } from "../report/number";
import { checkSession, endSession, isSignedOut, who } from "../state/session";
import { goTo, params, tell } from "../state/store";
import { dueText } from "../case/words";
import { dueOf } from "../case/due";
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
  deeding.value = { report, type, ...before, state: "asking", fault: null, undelivered: false, changed: null };
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
function done(d: Deeding, after: Report, next: Report | undefined): void {
  kept.delete(keyOf(d));
  for (const p of d.photos) if (p.url !== null) URL.revokeObjectURL(p.url);
  deeding.value = null;
  const now = Date.now();
  const said = [deedText("done", d.type)];
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

function refusedPhoto(e: ApiError): boolean {
  return e.type.startsWith("photo-");
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

/** Does it. Where it was changed meanwhile that is said first. */
export async function send(): Promise<void> {
  const d = deeding.peek();
  if (d === null || d.state === "sending" || d.changed?.still === false) return;
  const note = d.note.trim();
  if (needsNote(d.type) && note === "") return change({ fault: t("noteMissing") });
  if (d.type === "comment" && note === "" && d.photos.length === 0) return change({ fault: t("commentMissing") });
  if ([...note].length > 2000) return change({ fault: t("noteTooLong", { n: [...note].length }) });
  change({ state: "sending", fault: null, undelivered: false });
  try {
    const list = shown.peek();
    const at = list.findIndex((r) => r.id === d.report.id);
    const next = list[at + 1] ?? list.find((r) => r.id !== d.report.id);
    const after = await act(d.report.id, { type: d.type, note, photos: d.photos.map((p) => p.blob), version: d.report.properties.version, key: d.key });
    // The answer to what was done has no history: that is asked for beside it.
    const shownNow = detail.peek();
    if (shownNow?.id === after.id) detail.value = { ...after, properties: { ...shownNow.properties, ...after.properties } };
    putReport(after);
    done(d, after, next);
    void readDetail();
  } catch (e) {
    const missing = e instanceof ApiError && e.trouble === "missing";
    if (isSignedOut(e) || (missing && !(await checkSession()))) {
      change({ state: "asking" });
      leaveDeed();
      endSession();
    } else if (!(e instanceof ApiError)) change({ state: "asking", fault: t("failedAway"), undelivered: true });
    else if (e.type === "state-conflict" || e.type === "version-conflict") await meanwhile(d);
    else {
      const fault =
        e.problem?.status === 403 ? t("failedRole") : e.trouble === "away" ? t("failedAway") : e.trouble === "busy" ? t("failedBusy") : refusedPhoto(e) ? t("photoRefused") : t("failedOther", { detail: e.problem?.detail ?? e.type });
      change({ state: "asking", fault, undelivered: e.trouble === "away" || e.trouble === "busy" });
    }
  }
}
