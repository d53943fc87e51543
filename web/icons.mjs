// Draws icon.svg as PNG in the sizes that installing a web page needs, where
// SVG is not taken everywhere. A renderer for all of SVG would be a binary for
// every system that builds this; the icon is a rounded rectangle and strokes
// with round ends, whose edges are a distance each. What else the file may come
// to hold is refused.
import { deflateSync } from "node:zlib";

const attribute = (tag, name) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];

function colour(text) {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text ?? "")?.[1];
  if (hex === undefined) throw new Error(`icon.svg: colour ${text}`);
  const long = hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex;
  return [0, 2, 4].map((i) => parseInt(long.slice(i, i + 2), 16));
}

/** Reads a path of straight lines into segments. */
function segments(d) {
  const out = [];
  let at = [0, 0];
  for (const [, command, rest] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const n = (rest.match(/-?(?:\d+\.?\d*|\.\d+)/g) ?? []).map(Number);
    const size = { m: 2, l: 2, h: 1, v: 1 }[command.toLowerCase()];
    if (size === undefined || n.length === 0 || n.length % size !== 0) throw new Error(`icon.svg: path ${command}${rest}`);
    const from = command === command.toLowerCase() ? 1 : 0;
    for (let i = 0; i < n.length; i += size) {
      const [x, y] = at;
      const c = command.toLowerCase();
      const to = c === "h" ? [n[i] + from * x, y] : c === "v" ? [x, n[i] + from * y] : [n[i] + from * x, n[i + 1] + from * y];
      if (c !== "m" || i > 0) out.push([at, to]);
      at = to;
    }
  }
  return out;
}

/** Reads the drawing: its side, its ground and its strokes. */
function drawing(svg) {
  const tags = svg.match(/<(?!\/|\?)[^>]+>/g) ?? [];
  const side = Number(/^0 0 (\d+) \1$/.exec(attribute(tags[0] ?? "", "viewBox") ?? "")?.[1]);
  const [rect, path] = [tags[1] ?? "", tags[2] ?? ""];
  if (tags.length !== 3 || !(side > 0) || !rect.startsWith("<rect") || !path.startsWith("<path") || attribute(path, "fill") !== "none") throw new Error("icon.svg: not one rectangle and one stroked path");
  return {
    side,
    radius: Number(attribute(rect, "rx")),
    ground: colour(attribute(rect, "fill")),
    stroke: colour(attribute(path, "stroke")),
    half: Number(attribute(path, "stroke-width")) / 2,
    lines: segments(attribute(path, "d") ?? ""),
  };
}

function distance([x, y], [[ax, ay], [bx, by]]) {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

const crcs = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  let crc = 0xffffffff;
  for (const b of body) crc = crcs[(crc ^ b) & 255] ^ (crc >>> 8);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length);
  body.copy(out, 4);
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
  return out;
}

/** Draws the icon, `pixels` high and wide; `full` without round corners, for systems that cut their own shape. */
export function png(svg, pixels, full) {
  const { side, radius, ground, stroke, half, lines } = drawing(svg);
  const unit = side / pixels;
  const cover = (d) => Math.max(0, Math.min(1, 0.5 - d / unit)); // of a pixel whose middle is so far outside
  const rows = Buffer.alloc(pixels * (pixels * 4 + 1));
  for (let row = 0; row < pixels; row++) {
    for (let column = 0; column < pixels; column++) {
      const p = [(column + 0.5) * unit, (row + 0.5) * unit];
      const [qx, qy] = p.map((v) => Math.abs(v - side / 2) - side / 2 + radius);
      const outside = Math.hypot(Math.max(qx, 0), Math.max(qy, 0)) + Math.min(Math.max(qx, qy), 0) - radius;
      const ink = cover(Math.min(...lines.map((l) => distance(p, l))) - half);
      const i = row * (pixels * 4 + 1) + 1 + column * 4;
      for (let c = 0; c < 3; c++) rows[i + c] = Math.round(ground[c] + (stroke[c] - ground[c]) * ink);
      rows[i + 3] = full ? 255 : Math.round(255 * cover(outside));
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(pixels);
  head.writeUInt32BE(pixels, 4);
  head.set([8, 6], 8); // 8 bits a channel, with transparency
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}
