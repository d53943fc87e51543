import { can } from "../state/session";
import { params } from "../state/store";
import { whats, type What } from "./types";

/** Reports whether whoever is signed in may bring in a sort of thing. */
export function mayBring(what: What): boolean {
  return can(what === "areas" ? "plan_boundaries" : "manage_duties");
}

/** What whoever is signed in may bring in. */
export function offeredWhats(): What[] {
  return whats.filter(mayBring);
}

/** What is to be brought in, as the address says; else the first that may be. */
export function whatChosen(): What {
  const may = offeredWhats();
  return may.find((w) => w === params.value.what) ?? may[0] ?? "areas";
}
