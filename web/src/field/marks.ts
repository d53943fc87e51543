import type { Look } from "../case/due";
import type { Palette } from "../map/palette";

/** The pictures of reports on the map. Each is told by its shape: a diamond with "!", a ring nobody has taken on, a full circle with a bar in hand, a square with a tick done. */
export const markNames = ["overdue", "new", "taken", "done"] as const;
export type MarkName = (typeof markNames)[number];

/** Gives the picture of a report by its look, and whether nobody has taken it on. */
export function markOf(look: Look, isNew: boolean): MarkName {
  if (look === "overdue") return "overdue";
  if (look === "done") return "done";
  return isNew ? "new" : "taken";
}

const size = 30;
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
  const outline = (): void => {
    c.beginPath();
    if (name === "overdue") {
      c.moveTo(0, -13);
      c.lineTo(13, 0);
      c.lineTo(0, 13);
      c.lineTo(-13, 0);
      c.closePath();
    } else if (name === "done") c.roundRect(-9, -9, 18, 18, 4);
    else c.arc(0, 0, 10.5, 0, 2 * Math.PI);
  };
  outline();
  c.lineWidth = 3.5;
  c.strokeStyle = p.halo;
  c.stroke();
  c.fillStyle = name === "overdue" ? p.markOverdue : name === "done" ? p.markDone : p.markOpen;
  c.fill();
  c.lineWidth = 2.5;
  c.strokeStyle = c.fillStyle = name === "overdue" ? p.onMarkOverdue : name === "done" ? p.onMarkDone : p.onMarkOpen;
  c.beginPath();
  switch (name) {
    case "overdue":
      c.moveTo(0, -6.5);
      c.lineTo(0, 1.5);
      c.stroke();
      c.beginPath();
      c.arc(0, 6, 1.7, 0, 2 * Math.PI);
      c.fill();
      break;
    case "new":
      c.arc(0, 0, 3.5, 0, 2 * Math.PI);
      c.fill();
      break;
    case "taken":
      c.moveTo(-5, 0);
      c.lineTo(5, 0);
      c.stroke();
      break;
    case "done":
      c.moveTo(-4.5, 0.5);
      c.lineTo(-1.5, 3.5);
      c.lineTo(4.5, -3.5);
      c.stroke();
  }
  return c.getImageData(0, 0, size * scale, size * scale);
}
