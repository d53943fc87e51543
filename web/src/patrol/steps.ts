import { patrolPath, type Fix, type Patrol } from "../api/patrols";
import { nameOf } from "../i18n/i18n";
import { discard, enqueue, onFate, outbox, type Item, type Refusal } from "../offline/outbox";
import { newKey } from "../report/number";
import type { Step } from "./here";
import { noteStep, putPatrol, refresh, refusedSteps } from "./state";
import { t } from "./text";

/**
 * Does something to a patrol: from now on it is so on this phone, and the
 * server hears of it as soon as it can be reached. Throws NotKept where the
 * phone has no room for it; then nothing is done.
 */
export async function step(p: Patrol, deed: Step["deed"], from: Fix | null, note: string): Promise<void> {
  const at = Date.now();
  const id = newKey();
  const body = {
    at: new Date(at).toISOString(),
    ...(deed === "start" && from !== null ? { lon: from.lon, lat: from.lat } : {}),
    ...(deed === "end" && note !== "" ? { note } : {}),
  };
  await enqueue({
    id,
    at,
    kind: "patrol",
    subject: `patrol/${p.id}`,
    path: patrolPath(p.id, deed),
    body: JSON.stringify(body),
    label: t(`label_${deed}`, { area: nameOf(p.area) }),
    about: { patrol: p.id, deed },
  });
  await noteStep(p.id, { id, deed, at });
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

/** Takes note of what the server makes of the steps, until the function that is given is called. */
export function followFates(): () => void {
  refusedSteps.value = new Set(outbox.peek().filter((i) => i.kind === "patrol" && i.state === "refused").map((i) => i.id));
  return onFate((f) => {
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
