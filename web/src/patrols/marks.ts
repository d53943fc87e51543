import type { CheckpointState } from "../api/patrols";
import type { Palette } from "../map/palette";

const size = 28;
const scale = 2;

/** Draws a checkpoint for the map, at twice its size: a house, with a tick where it was seen, "!" where it is overdue, hands of a clock where it is due, and hollow where nobody has been. */
export function drawCheckpoint(state: CheckpointState, p: Palette): ImageData {
  const canvas = new OffscreenCanvas(size * scale, size * scale);
  const c = canvas.getContext("2d");
  if (c === null) return new ImageData(size * scale, size * scale);
  c.scale(scale, scale);
  c.translate(size / 2, size / 2);
  c.lineJoin = c.lineCap = "round";
  c.beginPath();
  c.moveTo(0, -11);
  c.lineTo(10, -3);
  c.lineTo(10, 10);
  c.lineTo(-10, 10);
  c.lineTo(-10, -3);
  c.closePath();
  c.lineWidth = 3.5;
  c.strokeStyle = p.halo;
  c.stroke();
  const looks: Record<CheckpointState, [ground: string, ink: string]> = {
    overdue: [p.markOverdue, p.onMarkOverdue],
    due: [p.markOpen, p.onMarkOpen],
    visited: [p.markDone, p.onMarkDone],
    never: [p.halo, p.name],
  };
  const [ground, ink] = looks[state];
  c.fillStyle = ground;
  c.fill();
  c.lineWidth = 2;
  c.strokeStyle = c.fillStyle = ink;
  if (state === "never") c.stroke();
  c.lineWidth = 2.25;
  c.beginPath();
  switch (state) {
    case "overdue":
      c.moveTo(0, -5);
      c.lineTo(0, 2);
      c.stroke();
      c.beginPath();
      c.arc(0, 6, 1.5, 0, 2 * Math.PI);
      c.fill();
      break;
    case "due":
      c.moveTo(0, -3.5);
      c.lineTo(0, 2.5);
      c.lineTo(4, 4.5);
      c.stroke();
      break;
    case "visited":
      c.moveTo(-4.5, 1.5);
      c.lineTo(-1.5, 4.5);
      c.lineTo(4.5, -2);
      c.stroke();
      break;
    case "never":
      c.moveTo(-3.5, 2.5);
      c.lineTo(3.5, 2.5);
      c.stroke();
  }
  return c.getImageData(0, 0, size * scale, size * scale);
}
