import { encode } from "uqr";

/** A QR code as a path of squares, one unit each, with the quiet zone that readers need. */
export interface QrPath {
  /** The side in units. */
  size: number;
  d: string;
}

/** Draws a text as a QR code (ISO/IEC 18004), four units of quiet zone around it. */
export function qrPath(text: string): QrPath {
  const { size, data } = encode(text, { ecc: "M", border: 4 });
  let d = "";
  data.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (row[x] !== true) continue;
      const from = x;
      while (row[x + 1] === true) x++;
      d += `M${from} ${y}h${x - from + 1}v1H${from}z`;
    }
  });
  return { size, d };
}
