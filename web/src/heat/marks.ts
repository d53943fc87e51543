import type { Map as MapLibre } from "maplibre-gl";
import { heatColours } from "./colours";
import { states, type State } from "./question";

/** How wide a mark is drawn, in pixels of its picture: twice those of the screen. */
const side = 44;

/** The shape of a mark round (0, 0), in units of which it is two wide: a drop's circle, a warning triangle, a square. */
export const shapes: Record<State, { outline: string; sign: string }> = {
  open: { outline: "M0-.86A.86.86 0 1 1 0 .86A.86.86 0 1 1 0-.86Z", sign: "M0-.42V.08L.32.34" },
  overdue: { outline: "M0-.95L.98.78H-.98Z", sign: "M0-.38V.2M0 .48V.52" },
  done: { outline: "M-.74-.74H.74V.74H-.74Z", sign: "M-.38.02L-.1.32L.42-.3" },
};

function picture(state: State, isDark: boolean): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const draw = canvas.getContext("2d");
  if (draw === null) return new ImageData(side, side);
  const colours = heatColours(isDark);
  draw.translate(side / 2, side / 2);
  draw.scale(side / 2.4, side / 2.4);
  draw.lineJoin = draw.lineCap = "round";
  const outline = new Path2D(shapes[state].outline);
  draw.lineWidth = 0.3;
  draw.strokeStyle = colours.mark;
  draw.stroke(outline);
  draw.fillStyle = colours[state];
  draw.fill(outline);
  draw.lineWidth = 0.2;
  draw.stroke(new Path2D(shapes[state].sign));
  return draw.getImageData(0, 0, side, side);
}

/** Gives the map the pictures of the marks in the colours of the surroundings, or new ones in their place. */
export function putMarks(map: MapLibre, isDark: boolean): void {
  for (const s of states) {
    const name = `heat-${s}`;
    if (map.hasImage(name)) map.updateImage(name, picture(s, isDark));
    else map.addImage(name, picture(s, isDark), { pixelRatio: 2 });
  }
}

/** Takes them away. */
export function dropMarks(map: MapLibre): void {
  for (const s of states) if (map.hasImage(`heat-${s}`)) map.removeImage(`heat-${s}`);
}
