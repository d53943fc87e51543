import type { Palette } from "../map/palette";
import type { Standing } from "./here";

/** The pictures of checkpoints on the map: pins, told by what is in them as well as by their colour. */
export const standings: readonly Standing[] = ["visited", "due", "overdue"];

const width = 30;
const height = 38;
const scale = 2;

/** Draws the pin of a checkpoint, at twice its size: a tick once it was visited, a dot while it is due, "!" where it is overdue. Its foot is the place. */
export function drawPin(s: Standing, p: Palette): ImageData {
  const canvas = new OffscreenCanvas(width * scale, height * scale);
  const c = canvas.getContext("2d");
  if (c === null) return new ImageData(width * scale, height * scale);
  c.scale(scale, scale);
  c.translate(width / 2, 15);
  c.lineJoin = "round";
  c.lineCap = "round";
  c.beginPath();
  c.arc(0, 0, 12, Math.PI * 0.82, Math.PI * 0.18);
  c.lineTo(0, 21);
  c.closePath();
  c.lineWidth = 3.5;
  c.strokeStyle = p.halo;
  c.stroke();
  c.fillStyle = s === "visited" ? p.markDone : s === "overdue" ? p.markOverdue : p.grid;
  c.fill();
  c.lineWidth = 2.75;
  c.strokeStyle = c.fillStyle = s === "visited" ? p.onMarkDone : s === "overdue" ? p.onMarkOverdue : p.halo;
  c.beginPath();
  if (s === "visited") {
    c.moveTo(-5, 0.5);
    c.lineTo(-1.5, 4);
    c.lineTo(5, -4);
    c.stroke();
  } else if (s === "overdue") {
    c.moveTo(0, -6.5);
    c.lineTo(0, 1.5);
    c.stroke();
    c.beginPath();
    c.arc(0, 6, 1.8, 0, 2 * Math.PI);
    c.fill();
  } else {
    c.arc(0, 0, 4, 0, 2 * Math.PI);
    c.fill();
  }
  return c.getImageData(0, 0, width * scale, height * scale);
}

const disc = 28;

/** Draws a number on a disc, for the places of a sheet. */
export function drawNumber(n: number, p: Palette): ImageData {
  const canvas = new OffscreenCanvas(disc * scale, disc * scale);
  const c = canvas.getContext("2d");
  if (c === null) return new ImageData(disc * scale, disc * scale);
  c.scale(scale, scale);
  c.translate(disc / 2, disc / 2);
  c.beginPath();
  c.arc(0, 0, 11.5, 0, 2 * Math.PI);
  c.lineWidth = 3;
  c.strokeStyle = p.halo;
  c.stroke();
  c.fillStyle = p.name;
  c.fill();
  c.fillStyle = p.halo;
  c.font = "700 13px system-ui, sans-serif";
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillText(String(n), 0, 0.5);
  return c.getImageData(0, 0, disc * scale, disc * scale);
}
