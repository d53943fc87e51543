import type { JSX } from "preact";
import { qrPath } from "./code";

/** A text as a QR code: dark on white in whatever surroundings, as readers expect it. Null where it is too long for one. */
export function QrCode({ text, label }: { text: string; label: string }): JSX.Element | null {
  let path;
  try {
    path = qrPath(text);
  } catch {
    return null;
  }
  return (
    <svg class="qr" viewBox={`0 0 ${path.size} ${path.size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={path.size} height={path.size} fill="#ffffff" />
      <path d={path.d} fill="#000000" />
    </svg>
  );
}
