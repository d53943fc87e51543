import { computed } from "@preact/signals";
import type { Action, Who } from "../api/session";
import { keptWho, owner } from "../offline/account";
import { who } from "../state/session";

/**
 * Whose phone this is: whoever is signed in or, while the server cannot be
 * asked or the session has run out, was last. A walk goes on without either.
 * Null for nobody; undefined while that is not known.
 */
export const me = computed<Who | null | undefined>(() => {
  const kept = owner.value === null ? null : keptWho();
  return who.value ?? kept ?? who.value;
});

/** Says whether whoever holds the phone may do something at all; the server has the last word. */
export function may(action: Action): boolean {
  return me.value?.actions.includes(action) === true;
}
