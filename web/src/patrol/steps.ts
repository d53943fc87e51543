import { effect } from "@preact/signals";
import { patrolPath, type Fix, type Patrol } from "../api/patrols";
import { nameOf } from "../i18n/i18n";
import { rightMs } from "../offline/clock";
import { discard, enqueue, NotKept, onFate, outbox, sendUnkept, type Item, type NewItem, type Refusal } from "../offline/outbox";
import { newKey } from "../report/number";
import type { Step } from "./here";
import { listed, noteStep, putPatrol, ready, refresh, refusedSteps } from "./state";
import { t } from "./text";

/**
 * Does something to a patrol: from now on it is so on this phone, and the
 * server hears of it as soon as it can be reached. Throws NotKept where the
 * phone has no room for it and the server does not take it at once; then
 * nothing is done.
 */
export async function step(p: Patrol, deed: Step["deed"], from: Fix | null, note: string): Promise<void> {
  const at = rightMs(Date.now());
  const id = newKey();
  const body = {
    at: new Date(at).toISOString(),
    ...(deed === "start" && from !== null ? { lon: from.lon, lat: from.lat } : {}),
    ...(deed === "end" && note !== "" ? { note } : {}),
  };
  const item: NewItem = {
    id,
    kind: "patrol",
    subject: `patrol/${p.id}`,
    path: patrolPath(p.id, deed),
    body: JSON.stringify(body),
    label: t(`label_${deed}`, { area: nameOf(p.area) }),
    about: { patrol: p.id, deed },
  };
  try {
    await enqueue(item);
  } catch (e) {
    if (!(e instanceof NotKept) || !(await sentAtOnce(item))) throw e;
  }
  await noteStep(p.id, { id, deed, at });
}

/** Sends what the phone has no room to keep, unless something of the patrol waits that comes before it; false where it did not get through. */
export async function sentAtOnce(n: NewItem): Promise<boolean> {
  if (outbox.peek().some((i) => i.subject === n.subject)) return false;
  const fate = await sendUnkept(n);
  if (fate?.kind === "sent" && isPatrol(fate.answer)) putPatrol(fate.answer);
  return fate?.kind === "sent";
}

/** Gives what of a patrol waits to be sent, and what of it was refused. */
export function waitingOf(id: string): { waits: number; refused: string | null } {
  const own = outbox.value.filter((i) => i.subject === `patrol/${id}`);
  const refusal = own.find((i) => i.state === "refused")?.refusal;
  return { waits: own.length, refused: refusal === undefined ? null : refusal.detail === "" ? refusal.type : refusal.detail };
}

function isPatrol(v: unknown): v is Patrol {
  return typeof v === "object" && v !== null && "planned_start" in v && "team" in v && "id" in v;
}

/** Reports whether what was refused is so already, or can be no more: a colleague was faster. It must not hold back the way that was walked. */
function known(item: Item, refusal: Refusal): boolean {
  const deed = item.about["deed"];
  return refusal.type === "state-conflict" && (deed === "pause" || deed === "resume");
}

/** Takes up the steps in the outbox that this page did not do: those of another page, and of one that was gone before it took note. */
async function takeUp(items: readonly Item[]): Promise<void> {
  await ready();
  for (const i of items) {
    const { patrol, deed } = i.about;
    if (patrol === undefined || deed === undefined) continue;
    void noteStep(patrol, { id: i.id, deed: deed as Step["deed"], at: Date.parse((JSON.parse(i.body) as { at: string }).at) });
  }
  const refused = items.filter((i) => i.state === "refused" && !refusedSteps.peek().has(i.id));
  if (refused.length > 0) refusedSteps.value = new Set([...refusedSteps.peek(), ...refused.map((i) => i.id)]);
}

/** Takes note of what the server makes of the steps, as long as the page lives. */
export function followFates(): void {
  effect(() => {
    const steps = outbox.value.filter((i) => i.kind === "patrol");
    if (listed.value && steps.length > 0) void takeUp(steps);
  });
  onFate((f) => {
    const patrol = f.item.subject.startsWith("patrol/") ? f.item.subject.slice("patrol/".length) : null;
    if (patrol === null) return;
    if (f.kind === "sent" && isPatrol(f.answer)) putPatrol(f.answer);
    if (f.kind === "sent" && f.item.kind === "track") void refresh(patrol);
    if (f.kind === "refused" && known(f.item, f.refusal)) void discard(f.item.id);
    if (f.kind !== "sent" && f.item.kind === "patrol") {
      refusedSteps.value = new Set([...refusedSteps.peek(), f.item.id]);
      // It is not as this phone took it to be.
      void refresh(patrol);
    }
  });
}
