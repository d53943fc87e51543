import { signal } from "@preact/signals";

/** Whether a newer page lies ready: it is taken at the next start, or when asked to. */
export const newer = signal(false);
/** Whether the page is kept, so that it opens without a network; null where this browser cannot. */
export const pageKept = signal<boolean | null>(false);

let registration: ServiceWorkerRegistration | null = null;
let begun = false;

function follow(r: ServiceWorkerRegistration): void {
  const look = () => {
    pageKept.value = r.active !== null;
    newer.value = r.waiting !== null && navigator.serviceWorker.controller !== null;
  };
  const watch = (worker: ServiceWorker | null) => worker?.addEventListener("statechange", look);
  watch(r.installing);
  watch(r.waiting);
  r.addEventListener("updatefound", () => watch(r.installing));
  look();
}

/** Has the browser keep the page's files. It is done once, and after what is on the screen. */
export function register(): void {
  if (begun) return;
  begun = true;
  pageKept.value = "serviceWorker" in navigator ? navigator.serviceWorker.controller !== null : null;
  // Over plain http, but on the own machine, there is none.
  if (pageKept.value === null) return;
  navigator.serviceWorker.register("/sw.js").then(
    (r: ServiceWorkerRegistration | undefined) => {
      if (r === undefined) return;
      registration = r;
      follow(r);
    },
    () => (begun = false),
  );
}

/** Begins anew with the newer page. */
export function takeNewer(): void {
  const waiting = registration?.waiting;
  if (waiting == null) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage("take");
}
