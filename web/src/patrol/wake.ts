import { signal } from "@preact/signals";

/** Whether this page keeps the screen on; null where the browser has no means to. */
export const awake = signal<boolean | null>("wakeLock" in navigator ? false : null);

/** Keeps the screen on while the page is seen, until the function that is given is called: a phone that sleeps tells no page where it is. */
export function keepAwake(): () => void {
  if (!("wakeLock" in navigator)) return () => undefined;
  let over = false;
  let held: WakeLockSentinel | null = null;
  const ask = () => {
    // The browser takes it back whenever the page is not seen.
    if (over || document.visibilityState !== "visible" || held !== null) return;
    navigator.wakeLock.request("screen").then(
      (lock) => {
        if (over) return void lock.release();
        held = lock;
        awake.value = true;
        lock.addEventListener("release", () => {
          held = null;
          awake.value = false;
        });
      },
      () => (awake.value = false),
    );
  };
  document.addEventListener("visibilitychange", ask);
  ask();
  return () => {
    over = true;
    document.removeEventListener("visibilitychange", ask);
    void held?.release();
  };
}
