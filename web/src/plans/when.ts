/** How far the clock of a zone is ahead of UTC at an instant, in milliseconds. */
function aheadOf(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" }).formatToParts(at);
  const n = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return Date.UTC(n("year"), n("month") - 1, n("day"), n("hour"), n("minute"), n("second")) - Math.floor(at / 1000) * 1000;
}

/**
 * Reads what a field for day and time holds (2026-12-01T08:00), by the clock of
 * a zone and not by that of the device. Null where it holds none.
 */
export function parseLocal(text: string, zone: string): Date | null {
  if (!/^\d{4,}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return null;
  const asUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtc)) return null;
  // Twice: the first guess may lie on the other side of a change of the clock.
  let at = asUtc - aheadOf(zone, asUtc);
  at = asUtc - aheadOf(zone, at);
  return new Date(at);
}

/** Writes an instant for such a field, to the minute. */
export function formatLocal(at: number, zone: string): string {
  return new Date(at + aheadOf(zone, at)).toISOString().slice(0, 16);
}
