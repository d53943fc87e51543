import { noteClock } from "./clock";
import { bytesOf, type Item } from "./item";
import { outcomeOf, type Outcome } from "./outcome";

/** So long an answer is waited for, in milliseconds: a minute, and more where much is sent over the worst of lines (8 kB/s). */
function patienceMs(item: Item): number {
  return 60_000 + bytesOf(item) / 8;
}

function bodyOf(item: Item): BodyInit {
  if (item.files.length === 0) return item.body;
  const form = new FormData();
  form.append(item.part, new Blob([item.body], { type: item.type }));
  for (const f of item.files) form.append(f.field, f.blob, f.name);
  return form;
}

/** Sends an item of an account once, and says what came of it. It never throws. */
export async function attempt(item: Item, account: string): Promise<Outcome> {
  const away: Outcome = { kind: "later", why: "away", waitS: null };
  try {
    const asked = Date.now();
    const answer = await fetch(item.path, {
      method: item.method,
      headers: {
        ...item.headers,
        ...(item.files.length === 0 ? { "Content-Type": item.type } : {}),
        "Idempotency-Key": item.id,
        "X-Gridpatrol": "1",
        // Whoever the cookie is of by now: the server takes it of this account alone.
        "X-Account": account,
        "X-Sent-At": new Date().toISOString(),
      },
      body: bodyOf(item),
      signal: AbortSignal.timeout(patienceMs(item)),
    });
    noteClock(answer, asked);
    const body: unknown = await answer.json().catch(() => null);
    return outcomeOf(answer.status, body, answer.headers.get("Retry-After"), answer.headers.get("ETag"), Date.now());
  } catch {
    return away;
  }
}
