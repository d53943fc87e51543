import { signal } from "@preact/signals";

type Parts = typeof import("./laterparts");

/** What the form needs after its first two questions; null until it has been loaded. */
export const later = signal<Parts | null>(null);

let loading: Promise<void> | null = null;

/** Loads it, once: the form can be used before. Where that fails it is tried again. */
export function loadLater(): Promise<void> {
  loading ??= import("./laterparts").then(
    (p) => {
      later.value = p;
    },
    () => {
      loading = null;
      setTimeout(() => void loadLater(), 5000);
    },
  );
  return loading;
}
