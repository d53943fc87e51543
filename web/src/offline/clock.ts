import { signal } from "@preact/signals";

/** Here the browser keeps both for the next time the page is opened. */
const place = "gridpatrol.heard";

function kept(): { at: number | null; ahead: number | null } {
  try {
    const [at, ahead] = JSON.parse(localStorage.getItem(place) ?? "[]") as unknown[];
    return { at: typeof at === "number" ? at : null, ahead: typeof ahead === "number" ? ahead : null };
  } catch {
    return { at: null, ahead: null };
  }
}

const before = kept();

/** How far the phone's clock is before the server's, in milliseconds; null while that is not known. */
export const clockAheadMs = signal<number | null>(before.ahead);
/** When the server was heard of last, by the phone's clock. */
export const heardAt = signal<number | null>(before.at);

/** A clock that is farther off than this is said. */
export const clockLimitMs = 2 * 60_000;

/** Reckons how far a clock is ahead: the server's time, a whole second, was written down between asking and hearing. */
export function aheadOf(serverDate: string | null, asked: number, heard: number): number | null {
  const server = serverDate === null ? NaN : Date.parse(serverDate);
  return Number.isNaN(server) ? null : Math.round((asked + heard) / 2 - (server + 500));
}

/** What the phone's clock said when it was compared, or the page began, and what the browser's own did, which nobody sets. */
let compared = { phone: Date.now(), steady: performance.now() };

/** Gives a time of the phone's clock as a right one would have had it, as far as is known how wrong it is. Milliseconds. */
export function rightMs(at: number): number {
  const ahead = clockAheadMs.value ?? 0;
  const jumped = Date.now() - compared.phone - (performance.now() - compared.steady);
  // Small differences are let be, and a clock that was set right meanwhile.
  return Math.abs(ahead) <= clockLimitMs || Math.abs(ahead + jumped) <= clockLimitMs ? at : at - ahead;
}

/** Gives a time of the phone's clock as a right one would have had it, in words. */
export function rightTime(at: number): string {
  return new Date(rightMs(at)).toISOString();
}

/** A position has the phone's time, or that of the satellites; what is closer to the phone's clock than this has the phone's. Milliseconds. */
const sameClockMs = 60_000;

/** Gives when a position was taken by a right clock: one that the satellites dated is right already. Milliseconds. */
export function rightFixMs(at: number, phone: number): number {
  return Math.abs(at - phone) < sameClockMs ? rightMs(at) : at;
}

/** Compares the clocks by an answer of the server that was asked for at `asked`. */
export function noteClock(answer: Response, asked: number): void {
  const now = Date.now();
  heardAt.value = now;
  const ahead = aheadOf(answer.headers.get("Date"), asked, now);
  if (ahead !== null) {
    compared = { phone: now, steady: performance.now() };
    clockAheadMs.value = ahead;
  }
  try {
    localStorage.setItem(place, JSON.stringify([now, clockAheadMs.peek()]));
  } catch {
    // Known as long as the page is open.
  }
}
