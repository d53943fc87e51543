import { signal } from "@preact/signals";
import type { LonLat } from "./inside";
import { forgetPhotos, keepDraft, keepPhoto, type Kept } from "./kept";
import { newKey } from "./number";
import type { Refusal } from "./outcome";

/** Where a report is about. `accuracyM` is a 68 % radius where the place was measured, null where it was pointed at. */
export interface Place extends LonLat {
  accuracyM: number | null;
}

/** A photo of a draft; its bytes lie in `photos`. */
export interface DraftPhoto {
  id: string;
  name: string;
  /** Whether the browser can show it. */
  shown: boolean;
  place: LonLat | null;
  /** When it was taken, RFC 3339; null where that is not known or not plausible. */
  takenAt: string | null;
}

/**
 * A report that is being written.
 *
 * `key` makes sure that it arrives once. It is made with the draft and kept
 * with it, so that no attempt, from whichever page after whichever crash, goes
 * out under another. It stays after a refusal: nothing was stored under it
 * then, and if an earlier attempt whose answer was lost was stored after all,
 * only the same key can find that out. There is one way to a new key: the
 * server says (409 idempotency-key-reused) that it holds another report under
 * this one, and the person, told so, sends the changed one beside it.
 */
export interface Draft {
  key: string;
  place: Place | null;
  category: string | null;
  words: string;
  name: string;
  phone: string;
  photos: DraftPhoto[];
  /** The id of the patrol that it was found on. */
  patrol?: string | undefined;
}

/** A report that is on its way. `stopped` is why it is not tried: refused, or (`held`) put aside. */
export interface Waiting extends Draft {
  since: number;
  stopped: Refusal | null;
  /** The account it is sent for, by the outbox; without one it is nobody's, and sent from here. */
  owner?: string | undefined;
}

function blank(): Draft {
  return { key: newKey(), place: null, category: null, words: "", name: "", phone: "", photos: [] };
}

/** What is being written. */
export const draft = signal<Draft>(blank());
/** The bytes of the photos there are, by id. */
export const photos = new Map<string, Blob>();

/** Reports whether a draft holds nothing that would be missed. */
export function isBlank(d: Draft): boolean {
  return d.category === null && d.words.trim() === "" && d.photos.length === 0;
}

let timer: ReturnType<typeof setTimeout> | undefined;

function keepNow(): void {
  clearTimeout(timer);
  timer = undefined;
  void keepDraft(draft.peek());
}

/** Changes the draft, and keeps it shortly after. */
export function change(part: Partial<Omit<Draft, "key">>): void {
  draft.value = { ...draft.peek(), ...part };
  clearTimeout(timer);
  timer = setTimeout(keepNow, 250);
}

// A page that goes to the background may not come back.
if (typeof document !== "undefined") {
  document.addEventListener("visibilitychange", () => {
    if (timer !== undefined) keepNow();
  });
}

/** Puts another draft in place of the present one; whoever calls keeps it. */
export function replace(d: Draft): void {
  clearTimeout(timer);
  timer = undefined;
  draft.value = d;
}

/** Gives an empty draft with who writes it, as that was given last, on the same patrol. */
export function next(after: Draft): Draft {
  return { ...blank(), name: after.name, phone: after.phone, patrol: after.patrol };
}

/** Takes up what was kept, unless something was written already. */
export function takeUp(kept: Kept): void {
  for (const [id, blob] of kept.photos) photos.set(id, blob);
  const used = new Set([...(kept.draft?.photos ?? []), ...kept.waiting.flatMap((w) => w.photos)].map((p) => p.id));
  const lost = [...kept.photos.keys()].filter((id) => !used.has(id));
  if (lost.length > 0) void forgetPhotos(lost);
  if (kept.draft === null || !isBlank(draft.peek())) return;
  // A place chosen while this was read is newer.
  draft.value = { ...kept.draft, photos: kept.draft.photos.filter((p) => photos.has(p.id)), place: draft.peek().place ?? kept.draft.place };
}

/** Adds a photo to the draft. */
export async function addPhoto(photo: DraftPhoto, blob: Blob): Promise<void> {
  photos.set(photo.id, blob);
  change({ photos: [...draft.peek().photos, photo] });
  await keepPhoto(photo.id, blob);
}

/** Takes a photo out of the draft. */
export function removePhoto(id: string): void {
  change({ photos: draft.peek().photos.filter((p) => p.id !== id) });
  photos.delete(id);
  void forgetPhotos([id]);
}
