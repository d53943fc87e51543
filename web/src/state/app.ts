import { effect, signal } from "@preact/signals";
import { appInfo, type AppInfo } from "../api/app";
import { ApiError } from "../api/client";
import { problem, synthetic } from "./store";

/** What is known of the server; null until it has answered. */
export const app = signal<AppInfo | null>(null);

/** Asks the server about itself, until it answers. */
export async function askApp(): Promise<void> {
  try {
    app.value = await appInfo();
    if (app.value.synthetic) synthetic.value = true;
  } catch (e) {
    const trouble = e instanceof ApiError ? e.trouble : "away";
    problem.value = { trouble, retry: () => { problem.value = null; void askApp(); } };
  }
}

/** Gives what is known of the server, once it has answered. */
export function appKnown(): Promise<AppInfo> {
  return new Promise((resolve) => {
    const end = effect(() => {
      if (app.value === null) return;
      resolve(app.value);
      // The effect has no end yet where this is its first run.
      queueMicrotask(() => end());
    });
  });
}
