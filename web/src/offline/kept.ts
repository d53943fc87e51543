import { promisifyRequest } from "idb-keyval";
import type { Report } from "../api/reports";
import { open, tried, within } from "./store";

/** The open reports as the server had them last, and when that was, in milliseconds. */
export interface KeptCases {
  at: number;
  reports: Report[];
}

/** So many are kept, the first by time limit: what one phone can look through. */
const most = 1000;
const key = "cases";

/** Keeps the open reports of an account, to be shown without a network. */
export async function keepCases(account: string, reports: readonly Report[], at: number): Promise<void> {
  const kept: KeptCases = { at, reports: reports.slice(0, most) };
  // Without room for it the list is there while there is a network.
  await within(open("kept", account), async (s) => void s.put(kept, key)).catch(() => undefined);
}

/** Gives the open reports that were kept of an account; null where there are none. */
export async function keptCases(account: string): Promise<KeptCases | null> {
  const kept = await tried(() => open("kept", account)("readonly", (s) => promisifyRequest(s.get(key) as IDBRequest<KeptCases | undefined>))).catch(() => undefined);
  return kept ?? null;
}

/** Says of when what is kept is; null for nothing. */
export async function casesKeptAt(account: string): Promise<number | null> {
  return (await keptCases(account))?.at ?? null;
}
