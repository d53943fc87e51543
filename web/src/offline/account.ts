import { effect, signal } from "@preact/signals";
import type { Who } from "../api/session";
import { who } from "../state/session";
import { forget } from "./store";

// Whose phone this is: whoever signed in last and did not sign out. A session
// that ends, as it does over night, takes nothing away; somebody else who signs
// in does.
const place = "gridpatrol.account";

function isWho(v: unknown): v is Who {
  return typeof v === "object" && v !== null && "id" in v && typeof v.id === "string" && "actions" in v && Array.isArray(v.actions) && "scope" in v;
}

/** Gives who was signed in here last. */
export function keptWho(): Who | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? "null");
    return isWho(kept) ? kept : null;
  } catch {
    return null;
  }
}

/** The id of the account whose things wait on this phone; null for nobody. */
export const owner = signal<string | null>(keptWho()?.id ?? null);

/** Forgets who was here, after the sign-out. */
export function forgetOwner(): void {
  try {
    localStorage.removeItem(place);
  } catch {
    // Nothing was kept then either.
  }
  owner.value = null;
}

effect(() => {
  const me = who.value;
  if (me === null || me === undefined || me.kind !== "user") return;
  const before = owner.peek();
  try {
    localStorage.setItem(place, JSON.stringify(me));
  } catch {
    // Known as long as the page lives.
  }
  // What was kept to be read without a network was for the other one; what the other has not sent stays.
  if (before !== null && before !== me.id) void forget(before, true);
  owner.value = me.id;
});

// Another page of the browser may have signed in somebody else.
addEventListener("storage", (e) => {
  if (e.key !== place) return;
  const other = keptWho();
  if (other === null) owner.value = null;
  else if (other.id !== owner.peek()) who.value = other;
});
