import { effect } from "@preact/signals";
import type { Report } from "../api/reports";
import { categoryName } from "../case/category";
import { draft, photos, type Place, type Waiting } from "../report/draft";
import { forgetWaiting, keepWaiting } from "../report/kept";
import { newKey } from "../report/number";
import * as queue from "../report/queue";
import { bodyOfReport } from "../report/send";
import { goTo, view } from "../state/store";
import { owner } from "./account";
import { rightTime } from "./clock";
import type { Item } from "./item";
import { discard, enqueue, onFate, outbox, pause, ready, sending } from "./outbox";
import { bodyOf } from "./words";

/** The subject of a report that the server does not know yet: nothing else is about it. */
const subjectOf = (key: string) => `new/${key}`;

/**
 * Puts a report that was sent with the form into the outbox of whoever is signed
 * in, and takes it out of the form's own store. Where the phone has no room the
 * form sends it by itself.
 */
export async function hand(w: Waiting): Promise<void> {
  await ready;
  if (w.owner !== owner.peek()) {
    // Somebody else's, from before the page was closed: it waits for them.
    return queue.drop(w.key);
  }
  if (!outbox.peek().some((i) => i.id === w.key)) {
    const files = w.photos.flatMap((p) => {
      const blob = photos.get(p.id);
      return blob === undefined ? [] : [{ field: "photo", name: p.name, blob }];
    });
    try {
      await enqueue({
        kind: "report",
        subject: subjectOf(w.key),
        path: "/api/v1/reports",
        body: JSON.stringify({ observed_at: rightTime(w.since), ...bodyOfReport(w) }),
        part: "report",
        files,
        label: categoryName(w.category ?? ""),
        at: w.since,
        id: w.key,
        about: { category: w.category ?? "", ...(w.patrol === undefined ? {} : { patrol: w.patrol }), ...(w.place === null ? {} : { place: JSON.stringify(w.place) }) },
      });
    } catch {
      queue.setWaiting(queue.waiting.peek().map((o) => (o.key === w.key ? { ...w, owner: undefined } : o)));
      return queue.tryNow();
    }
  }
  await forgetWaiting(w);
}

/** Takes a report that was refused back into the form. What is being written there is put aside. */
export async function toForm(i: Item): Promise<void> {
  const body = bodyOf(i);
  const text = (v: unknown) => (typeof v === "string" ? v : "");
  const reporter: Record<string, unknown> = typeof body["reporter"] === "object" && body["reporter"] !== null ? { ...body["reporter"] } : {};
  const place = i.about["place"] === undefined ? null : (JSON.parse(i.about["place"]) as Place);
  const w: Waiting = {
    key: i.id,
    place,
    category: text(body["category"]),
    words: text(body["description"]),
    name: text(reporter["name"]),
    phone: text(reporter["phone"]),
    photos: i.files.map((f) => {
      const id = newKey();
      photos.set(id, f.blob);
      return { id, name: f.name, shown: true, place: null, takenAt: null };
    }),
    ...(typeof body["patrol"] === "string" ? { patrol: body["patrol"] } : {}),
    since: i.at,
    stopped: { type: i.refusal?.type ?? "held", pointer: i.refusal?.errors[0]?.pointer ?? "" },
  };
  queue.setWaiting([...queue.waiting.peek(), w]);
  await keepWaiting(w, draft.peek());
  await discard(i.id);
  await queue.takeBack(w.key);
  goTo({ view: "report", params: { step: "more" }, selection: null });
}

// The form shows what becomes of its report as if it sent it by itself.
onFate((f) => {
  const w = queue.waiting.peek().find((o) => o.key === f.item.id && o.owner !== undefined && o.stopped === null);
  if (w === undefined) return;
  if (f.kind === "sent") queue.settle(w, f.answer as Report);
  else if (f.kind === "discarded") queue.drop(w.key);
  // Back to who wrote it, where that is still on the screen.
  else if (view.peek() === "report") void queue.stop(w.key, { type: f.refusal.type, pointer: f.refusal.errors[0]?.pointer ?? "" }).then(() => discard(w.key));
  else queue.drop(w.key);
});
effect(() => {
  const key = sending.value;
  const p = pause.value;
  const ours = queue.waiting.value.some((w) => w.owner !== undefined);
  if (!ours) return;
  queue.sending.value = key !== null && queue.waiting.peek().some((w) => w.key === key) ? { key, progress: null } : null;
  queue.pause.value = p === null ? null : { why: p.why === "fault" ? "away" : p.why, until: p.until };
});
