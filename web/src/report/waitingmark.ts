import { signal } from "@preact/signals";

const place = "gridpatrol-waiting";

function read(): number {
  try {
    return Number(localStorage.getItem(place) ?? 0) || 0;
  } catch {
    return 0;
  }
}

/** How many reports wait to be sent: known before the part of the program that sends them is loaded. */
export const waitingCount = signal(read());

/** Notes how many reports wait. */
export function markWaiting(n: number): void {
  waitingCount.value = n;
  try {
    if (n === 0) localStorage.removeItem(place);
    else localStorage.setItem(place, String(n));
  } catch {
    // The list itself is kept elsewhere; without this it is seen when the form opens.
  }
}
