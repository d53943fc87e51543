import { computed, signal } from "@preact/signals";
import { render, type JSX } from "preact";
import { who } from "../state/session";
import { linkTo, view } from "../state/store";
import { owner } from "./account";
import { clockAheadMs, clockLimitMs } from "./clock";
import { evicted } from "./marker";
import { outbox, refusedCount } from "./outbox";
import { newer } from "./register";
import { t } from "./text";

/** Whether the phone has a network at all. */
export const online = signal(navigator.onLine);
addEventListener("online", () => (online.value = true));
addEventListener("offline", () => (online.value = false));

/** Whether the clocks differ by more than can be let pass. */
export const clockWrong = computed(() => clockAheadMs.value !== null && Math.abs(clockAheadMs.value) > clockLimitMs);

/** What there is to say, the most urgent first. */
function words(): { text: string; look: "alarm" | "note" | "plain" }[] {
  const n = outbox.value.length - refusedCount.value;
  const said: { text: string; look: "alarm" | "note" | "plain" }[] = [];
  if (evicted.value > 0) said.push({ text: t("badgeEvicted"), look: "alarm" });
  if (refusedCount.value > 0) said.push({ text: t("badgeRefused", { n: refusedCount.value }), look: "alarm" });
  if (clockWrong.value) said.push({ text: t("badgeClock"), look: "note" });
  if (!online.value) said.push({ text: t("badgeOffline"), look: "plain" });
  if (n > 0) said.push({ text: who.value === null ? t("badgeSignIn") : t("badgeWaiting", { n }), look: "plain" });
  if (newer.value) said.push({ text: t("badgeNewer"), look: "plain" });
  return said;
}

/** Says on every screen what waits and what is wrong, in a few words; the way to the page about it. */
function Badge(): JSX.Element | null {
  const said = owner.value === null || view.value === "sync" ? [] : words();
  const [first] = said;
  return (
    <div class="sync-place" role="status">
      {first !== undefined && (
        <a class={`sync-badge sync-${first.look}`} href={linkTo({ view: "sync", params: {} })}>
          <svg class="icon" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
            <path d={online.value ? "M12 20V9M7.5 13 12 8.500l4.500 4.500M5 4.500h14" : "M4 4l16 16M8.500 15.500a5 5 0 0 1 6-1M5 12a10 10 0 0 1 4.500-2.600M19 12a10 10 0 0 0-5-2.800M12 19.500h.01"} />
          </svg>
          {said.map((s) => s.text).slice(0, 2).join(" · ")}
        </a>
      )}
    </div>
  );
}

/** Puts the badge on the page, beside what the screens draw. */
export function showBadge(): void {
  const place = document.createElement("div");
  // On paper not even an empty box: after a sheet with a page of its own it would begin another.
  place.className = "sync-root";
  document.body.append(place);
  render(<Badge />, place);
}
