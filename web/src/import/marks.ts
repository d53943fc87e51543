import type { Palette } from "../map/palette";

/** The pictures on the map: plus for new, a pen stroke for changed, minus for gone, and by their shape too errors (diamond) and warnings (triangle). */
export const markNames = ["new", "changed", "gone", "error", "warning"] as const;
export type MarkName = (typeof markNames)[number];

const size = 24;
const scale = 2;

/** Draws a picture for the map, at twice its size. */
export function drawMark(name: MarkName, p: Palette): ImageData {
  const canvas = new OffscreenCanvas(size * scale, size * scale);
  const c = canvas.getContext("2d");
  if (c === null) return new ImageData(size * scale, size * scale);
  c.scale(scale, scale);
  c.translate(size / 2, size / 2);
  c.lineJoin = "round";
  c.lineCap = "round";
  c.beginPath();
  if (name === "error") for (const [x, y] of [[0, -10.5], [10.5, 0], [0, 10.5], [-10.5, 0]] as const) c.lineTo(x, y);
  else if (name === "warning") for (const [x, y] of [[0, -9.5], [10, 8], [-10, 8]] as const) c.lineTo(x, y);
  else if (name === "gone") c.rect(-8, -8, 16, 16);
  else c.arc(0, 0, 9, 0, 2 * Math.PI);
  c.closePath();
  c.lineWidth = 3;
  c.strokeStyle = p.halo;
  c.stroke();
  const [ground, ink] = name === "error" || name === "gone" ? [p.markOverdue, p.onMarkOverdue] : name === "warning" ? [p.markOpen, p.onMarkOpen] : name === "new" ? [p.markDone, p.onMarkDone] : [p.accent, p.halo];
  c.fillStyle = ground;
  c.fill();
  c.lineWidth = 2.25;
  c.strokeStyle = c.fillStyle = ink;
  c.beginPath();
  if (name === "new" || name === "gone") {
    c.moveTo(-4, 0);
    c.lineTo(4, 0);
    if (name === "new") {
      c.moveTo(0, -4);
      c.lineTo(0, 4);
    }
    c.stroke();
  } else if (name === "changed") {
    c.moveTo(-4.5, 1.5);
    c.quadraticCurveTo(-2.2, -4.5, 0, 0);
    c.quadraticCurveTo(2.2, 4.5, 4.5, -1.5);
    c.stroke();
  } else {
    const up = name === "warning" ? 1.5 : 0;
    c.moveTo(0, -4.5 + up);
    c.lineTo(0, 0.5 + up);
    c.stroke();
    c.beginPath();
    c.arc(0, 4 + up, 1.35, 0, 2 * Math.PI);
    c.fill();
  }
  return c.getImageData(0, 0, size * scale, size * scale);
}
