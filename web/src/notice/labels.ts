/** A name for the picture: where its middle would stand, what for, and how much it matters. */
export interface Label {
  text: string;
  x: number;
  y: number;
  /** The height of its letters, in the picture's units. */
  size: number;
  /** Degrees clockwise. */
  turn: number;
  /** The style it is written in. */
  sort: string;
  /** Those with a smaller one come first. */
  rank: number;
}

/** How wide a text is in units of its letters' height: Chinese letters are square. */
export function widthOf(text: string): number {
  let w = 0;
  for (const c of text) w += /[\u1100-\uffff]/.test(c) ? 1 : 0.56;
  return w;
}

interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

function boxOf(l: Label): Box {
  const w = widthOf(l.text) * l.size;
  const turn = (l.turn * Math.PI) / 180;
  // The box around a turned box: names on slanted roads take more than they need.
  const dx = (Math.abs(Math.cos(turn)) * w + Math.abs(Math.sin(turn)) * l.size) / 2 + l.size * 0.2;
  const dy = (Math.abs(Math.sin(turn)) * w + Math.abs(Math.cos(turn)) * l.size) / 2 + l.size * 0.15;
  return { x0: l.x - dx, y0: l.y - dy, x1: l.x + dx, y1: l.y + dy };
}

/** Chooses the names that have room in a picture of a size, those that matter more first; no two cover each other. `taken` is covered already. */
export function placed(labels: readonly Label[], width: number, height: number, taken: readonly Box[] = []): Label[] {
  const boxes = [...taken];
  const out: Label[] = [];
  for (const l of [...labels].sort((a, b) => a.rank - b.rank)) {
    const b = boxOf(l);
    if (b.x0 < 0 || b.y0 < 0 || b.x1 > width || b.y1 > height) continue;
    if (boxes.some((o) => b.x0 < o.x1 && b.x1 > o.x0 && b.y0 < o.y1 && b.y1 > o.y0)) continue;
    boxes.push(b);
    out.push(l);
  }
  return out;
}
