/** How high a sheet at the foot of a phone stands. */
export type SheetHeight = "peek" | "half" | "full";

/** The heights in pixels. */
export type Steps = Record<SheetHeight, number>;

/** Faster than this a finger that lets go has thrown the sheet. Pixels per millisecond. */
const throwing = 0.4;

const order: readonly SheetHeight[] = ["peek", "half", "full"];

/** Gives where a sheet comes to rest that is let go at a height, with a speed in pixels per millisecond, positive upwards: the nearest step, or the next one in the direction it was thrown. */
export function restingStep(height: number, speed: number, steps: Steps): SheetHeight {
  if (speed > throwing) return order.find((s) => steps[s] > height + 1) ?? "full";
  if (speed < -throwing) return order.findLast((s) => steps[s] < height - 1) ?? "peek";
  let best: SheetHeight = "half";
  for (const s of order) if (Math.abs(steps[s] - height) < Math.abs(steps[best] - height)) best = s;
  return best;
}

/** Says whether a finger that starts to move on the inside of a sheet moves the sheet or scrolls what is in it. `down` is the way of the finger in pixels. */
export function movesSheet(down: number, scrollTop: number, height: SheetHeight): boolean {
  return down > 0 ? scrollTop <= 0 : height !== "full";
}
