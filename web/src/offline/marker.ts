import { signal } from "@preact/signals";

// Beside the outbox, in the small store of the browser, stands how many things
// it holds: where they are gone and nobody sent them, the browser made room.
const place = "gridpatrol.outbox";

/** How many things the browser threw away to make room, as far as that is known; 0 for none. */
export const evicted = signal(0);

function read(): Record<string, number> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? "{}");
    return typeof kept === "object" && kept !== null ? (kept as Record<string, number>) : {};
  } catch {
    return {};
  }
}

/** Notes how many things of an account wait. */
export function markWaiting(account: string, n: number): void {
  try {
    const { [account]: _, ...others } = read();
    localStorage.setItem(place, JSON.stringify(n === 0 ? others : { ...others, [account]: n }));
  } catch {
    // Without it a loss is not noticed; nothing else changes.
  }
}

/** Gives how many things of an account waited when that was noted last. */
export function marked(account: string): number {
  return read()[account] ?? 0;
}
