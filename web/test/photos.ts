import type { Page } from "@playwright/test";

/** What the metadata of a made photo says. Times are by the camera's clock, which has no zone. */
export interface Exif {
  orientation: number;
  taken?: string;
  lon?: number;
  lat?: number;
}

/** One entry of a TIFF directory: tag, type, count, value (inline, or an offset). */
type Entry = [tag: number, type: number, count: number, value: Buffer];

const short = (n: number) => Buffer.from([n >> 8, n & 255, 0, 0]);
const long = (n: number) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const text = (s: string) => Buffer.from(`${s}\0`, "latin1");

/** Degrees as degrees, minutes and seconds, three rationals. */
function angle(degrees: number): Buffer {
  const b = Buffer.alloc(24);
  const d = Math.floor(degrees);
  const m = Math.floor((degrees - d) * 60);
  const s = ((degrees - d) * 60 - m) * 60;
  [d, 1, m, 1, Math.round(s * 1e4), 1e4].forEach((v, i) => b.writeUInt32BE(v, i * 4));
  return b;
}

function directory(entries: Entry[], at: number): Buffer {
  const head = Buffer.alloc(2 + entries.length * 12 + 4);
  head.writeUInt16BE(entries.length);
  const rest: Buffer[] = [];
  let free = at + head.length;
  entries.forEach(([tag, type, count, value], i) => {
    const p = 2 + i * 12;
    head.writeUInt16BE(tag, p);
    head.writeUInt16BE(type, p + 2);
    head.writeUInt32BE(count, p + 4);
    if (value.length <= 4) value.copy(head, p + 8);
    else {
      head.writeUInt32BE(free, p + 8);
      rest.push(value);
      free += value.length;
    }
  });
  return Buffer.concat([head, ...rest]);
}

/** Puts metadata (EXIF 2.3, big-endian TIFF) into a JPEG file as a camera does. */
export function withExif(jpeg: Buffer, e: Exif): Buffer {
  const exif = (at: number) => directory(e.taken === undefined ? [] : [[0x9003, 2, 20, text(e.taken)]], at);
  const gps = (at: number) =>
    directory(
      e.lon === undefined || e.lat === undefined
        ? []
        : [[1, 2, 2, text(e.lat < 0 ? "S" : "N")], [2, 5, 3, angle(Math.abs(e.lat))], [3, 2, 2, text(e.lon < 0 ? "W" : "E")], [4, 5, 3, angle(Math.abs(e.lon))]],
      at,
    );
  const first = 8;
  const exifAt = first + 2 + 3 * 12 + 4;
  const gpsAt = exifAt + exif(exifAt).length;
  const ifd0 = directory([[0x0112, 3, 1, short(e.orientation)], [0x8769, 4, 1, long(exifAt)], [0x8825, 4, 1, long(gpsAt)]], first);
  const tiff = Buffer.concat([Buffer.from("MM\0*\0\0\0\x08", "latin1"), ifd0, exif(exifAt), gps(gpsAt)]);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const segment = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, body, jpeg.subarray(2)]);
}

/** Draws a picture with the detail of a real one: leaves and gravel do not compress like a plain colour. */
export async function drawn(page: Page, width: number, height: number): Promise<Buffer> {
  const base64 = await page.evaluate(async ([w, h]) => {
    const canvas = new OffscreenCanvas(w, h);
    const g = canvas.getContext("2d");
    if (g === null) throw new Error("no canvas");
    const sky = g.createLinearGradient(0, 0, w, h);
    sky.addColorStop(0, "#8fb3d9");
    sky.addColorStop(1, "#5d6b3a");
    g.fillStyle = sky;
    g.fillRect(0, 0, w, h);
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let i = 0; i < (w * h) / 600; i++) {
      g.fillStyle = `hsl(${60 + random() * 80} ${20 + random() * 40}% ${20 + random() * 50}% / 0.5)`;
      g.fillRect(random() * w, h * 0.3 + random() * h * 0.7, 4 + random() * 40, 4 + random() * 24);
    }
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let out = "";
    for (let i = 0; i < bytes.length; i += 0x8000) out += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    return btoa(out);
  }, [width, height] as const);
  return Buffer.from(base64, "base64");
}
