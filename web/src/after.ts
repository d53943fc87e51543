import { effect } from "@preact/signals";
import { who } from "./state/session";

/** Whether somebody was signed in on this phone: what is kept for the time without a network is asked for then. */
function hadAccount(): boolean {
  try {
    return localStorage.getItem("gridpatrol.account") !== null;
  } catch {
    return false;
  }
}

/** Begins what can wait until the page is there. A server that is away then is no matter: the page says so where it asks for something. */
export function after(): void {
  import("./live/boundaries").then((m) => m.followBoundaries(), () => undefined);
  import("./qr/print").then((m) => m.printAddress(), () => undefined);
  let begun = false;
  effect(() => {
    if (begun || (who.value?.kind !== "user" && !hadAccount())) return;
    begun = true;
    import("./offline/start").then((m) => m.start(), () => (begun = false));
  });
}
