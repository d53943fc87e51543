import { signal } from "@preact/signals";

/** The time in milliseconds, once a minute: what says "in two hours" follows it. */
export const now = signal(Date.now());

const tick = () => (now.value = Date.now());
setInterval(tick, 60_000);
// A page in the background may sleep through its timers.
if (typeof document !== "undefined") document.addEventListener("visibilitychange", tick);
