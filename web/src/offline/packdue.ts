/** So old a pack may be, in milliseconds, before the server is asked whether it is still so. */
const freshMs = 4 * 3_600_000;

/** The day of an instant by the phone's clock: a patrol begins with the pack of its day. */
const dayOf = (at: number) => new Date(at).toDateString();

/** Reports whether the server is to be asked about a pack. */
export function isDue(k: { at: number; revision: number } | undefined, revision: number, at: number): boolean {
  return k === undefined || k.revision !== revision || at < k.at || at - k.at >= freshMs || dayOf(k.at) !== dayOf(at);
}
