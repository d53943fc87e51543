/** Aimed at: so much takes five seconds on a slow line. */
const aimBytes = 450_000;
/** The longest side and the JPEG quality, from what is best to what is small. */
const tries = [
  { side: 2048, quality: 0.8 },
  { side: 1600, quality: 0.75 },
  { side: 1600, quality: 0.55 },
] as const;

/** What the server reads of what browsers show. */
const taken = /^image\/(jpeg|png|webp)$/;

/** Gives the size of a picture made to fit: its longest side at most `side`, never larger than it was. */
export function fitted(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A picture that can be drawn. */
interface Drawn {
  source: ImageBitmap | HTMLImageElement;
  width: number;
  height: number;
  close: () => void;
}

/** Decodes a picture, upright; null where this browser cannot. Browsers do it beside the page's own thread. */
async function decoded(file: Blob): Promise<Drawn | null> {
  try {
    const source = await createImageBitmap(file, { imageOrientation: "from-image" });
    return { source, width: source.width, height: source.height, close: () => source.close() };
  } catch {
    // Safari reads HEIC in an image element only.
  }
  const url = URL.createObjectURL(file);
  const source = new Image();
  source.src = url;
  try {
    await source.decode();
    return { source, width: source.naturalWidth, height: source.naturalHeight, close: () => URL.revokeObjectURL(url) };
  } catch {
    URL.revokeObjectURL(url);
    return null;
  }
}

function encoded(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}

/**
 * Makes a photo small enough for a slow line: upright, scaled, as JPEG. What is
 * small already, or what this browser cannot decode (HEIC in most), is given
 * back as it is: the server reads it. `shown` says whether the browser can.
 */
export async function shrink(file: Blob): Promise<{ photo: Blob; shown: boolean }> {
  const drawn = await decoded(file);
  if (drawn === null) return { photo: file, shown: false };
  try {
    if (file.type === "image/jpeg" && file.size <= aimBytes) return { photo: file, shown: true };
    const canvas = document.createElement("canvas");
    let best: Blob | null = null;
    for (const { side, quality } of tries) {
      const { width, height } = fitted(drawn.width, drawn.height, side);
      if (canvas.width !== width || canvas.height !== height || best === null) {
        canvas.width = width;
        canvas.height = height;
        const draw = canvas.getContext("2d", { alpha: false });
        if (draw === null) return { photo: file, shown: true };
        draw.imageSmoothingQuality = "high";
        // What is transparent shows white, not black.
        draw.fillStyle = "#fff";
        draw.fillRect(0, 0, width, height);
        draw.drawImage(drawn.source, 0, 0, width, height);
      }
      best = (await encoded(canvas, quality)) ?? best;
      if (best !== null && best.size <= aimBytes) break;
    }
    canvas.width = canvas.height = 0; // Safari keeps the memory of canvases for long
    return { photo: best !== null && (best.size < file.size || !taken.test(file.type)) ? best : file, shown: true };
  } finally {
    drawn.close();
  }
}
