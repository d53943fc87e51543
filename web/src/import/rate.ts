/** How fast something goes on: of the last seconds, so that a slow start does not spoil it. */
export class Rate {
  private readonly seen: { at: number; done: number }[] = [];

  constructor(private readonly windowMs = 5_000) {}

  /** Notes how much is done at a time in milliseconds. */
  note(done: number, at: number): void {
    this.seen.push({ at, done });
    while (this.seen.length > 2 && (this.seen[1]?.at ?? at) < at - this.windowMs) this.seen.shift();
  }

  /** Gives how much is done a second; null while that cannot be said. */
  perSecond(): number | null {
    const first = this.seen[0];
    const last = this.seen[this.seen.length - 1];
    if (first === undefined || last === undefined || last.at - first.at < 300 || last.done <= first.done) return null;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  }

  /** Gives the seconds that the rest takes at this rate; null while that cannot be said. */
  remaining(of: number): number | null {
    const rate = this.perSecond();
    const done = this.seen[this.seen.length - 1]?.done ?? 0;
    return rate === null ? null : Math.max(0, (of - done) / rate);
  }
}

/** Splits seconds for reading: the whole unit and how many, rounded up. */
export function inWords(seconds: number): { unit: "seconds" | "minutes"; n: number } {
  const s = Math.max(1, Math.ceil(seconds));
  return s < 90 ? { unit: "seconds", n: s } : { unit: "minutes", n: Math.ceil(s / 60) };
}
