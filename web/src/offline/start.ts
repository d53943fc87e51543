import { effect } from "@preact/signals";
import { loadPart } from "../screens";
import { who } from "../state/session";
import { keptWho, owner } from "./account";
import { noteClock } from "./clock";
import { flush, outbox, pause, tryNow } from "./outbox";
import { register } from "./register";

/** So long the server is waited for to say who is signed in, in milliseconds. */
const patienceMs = 2500;
/** The clocks are compared so often while the page is looked at, in milliseconds. */
const compareMs = 10 * 60_000;

/** Goes on as whoever was signed in while the server is away. What it says when it is back counts. */
function rememberWho(): void {
  const be = () => {
    if (who.peek() === undefined) who.value = keptWho() ?? undefined;
  };
  if (navigator.onLine) setTimeout(be, patienceMs);
  else be();
}

/** Asks the server for its time, beside who is signed in: the page has no other use for the answer. */
async function compareClocks(): Promise<void> {
  if (!navigator.onLine || document.hidden || !who.peek()) return;
  const asked = Date.now();
  const answer = await fetch("/api/v1/session", { cache: "no-store", signal: AbortSignal.timeout(20_000) }).catch(() => null);
  if (answer?.ok === true) noteClock(answer, asked);
}

/** Asks the browser, once there is something to lose, not to make room with it. */
function askToStay(): void {
  let asked = false;
  effect(() => {
    if (asked || outbox.value.length === 0) return;
    asked = true;
    void navigator.storage?.persist?.().catch(() => false);
  });
}

/** Begins what belongs to the time without a network, for whoever has an account. */
export function start(): void {
  rememberWho();
  // Whoever signs in again goes on where the session ended.
  effect(() => {
    if (who.value != null && owner.value !== null) void tryNow();
  });
  effect(() => {
    if (who.value != null) void compareClocks();
  });
  addEventListener("online", () => {
    void tryNow();
    void compareClocks();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    void flush();
    void compareClocks();
  });
  setInterval(() => {
    if (pause.peek() === null) void flush();
  }, 60_000);
  setInterval(() => void compareClocks(), compareMs);
  askToStay();
  effect(() => {
    if (who.value != null) register();
  });
  const badge = () => {
    // Where the network goes before the page has all of itself, it comes with it.
    loadPart("src/offline/screen.css", () => import("./badge")).then(
      (m) => m.showBadge(),
      () => addEventListener("online", badge, { once: true }),
    );
  };
  badge();
}
