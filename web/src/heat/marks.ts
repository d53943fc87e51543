import type { Map as MapLibre } from "maplibre-gl";
import { heatColours } from "./colours";
import { states, type State } from "./question";

/** How wide a mark is drawn, in pixels of its picture: twice those of the screen. */
const side = 44;
/** The same of the stripes. */
const stripeSide = 14;

/** The shape of a mark round (0, 0), in units of which it is two wide: a drop's circle, a warning triangle, a square. */
export const shapes: Record<State, { outline: string; sign: string }> = {
  open: { outline: "M0-.86A.86.86 0 1 1 0 .86A.86.86 0 1 1 0-.86Z", sign: "M0-.42V.08L.32.34" },
  overdue: { outline: "M0-.95L.98.78H-.98Z", sign: "M0-.38V.2M0 .48V.52" },
  done: { outline: "M-.74-.74H.74V.74H-.74Z", sign: "M-.38.02L-.1.32L.42-.3" },
};

/** The signs of hexagons with significantly more, and fewer, in the same units. */
export const triangles = { hot: "M0-.72L.83.72H-.83Z", cold: "M0 .72L.83-.72H-.83Z" } as const;

/** The sign of hexagons that were only looked at more: an eye. */
export const eye = { lid: "M-.95 0Q0-1 .95 0Q0 1-.95 0Z", pupil: "M0-.3A.3.3 0 1 1 0 .3A.3.3 0 1 1 0-.3Z" } as const;

/** Draws a picture of some pixels a side. */
function picture(side: number, paint: (draw: CanvasRenderingContext2D) => void): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const draw = canvas.getContext("2d");
  if (draw === null) return new ImageData(side, side);
  paint(draw);
  return draw.getImageData(0, 0, side, side);
}

/** Makes the units of shapes those of a mark. */
function scale(draw: CanvasRenderingContext2D): void {
  draw.translate(side / 2, side / 2);
  draw.scale(side / 2.4, side / 2.4);
  draw.lineJoin = draw.lineCap = "round";
}

function pictures(isDark: boolean): Record<string, ImageData> {
  const colours = heatColours(isDark);
  const mark = (state: State) =>
    picture(side, (draw) => {
      scale(draw);
      const outline = new Path2D(shapes[state].outline);
      draw.lineWidth = 0.3;
      draw.strokeStyle = colours.mark;
      draw.stroke(outline);
      draw.fillStyle = colours[state];
      draw.fill(outline);
      draw.lineWidth = 0.2;
      draw.stroke(new Path2D(shapes[state].sign));
    });
  const triangle = (of: keyof typeof triangles) =>
    picture(side, (draw) => {
      scale(draw);
      draw.fillStyle = colours.mark;
      draw.fill(new Path2D(triangles[of]));
    });
  const watched = picture(side, (draw) => {
    scale(draw);
    const lid = new Path2D(eye.lid);
    draw.fillStyle = colours.mark;
    draw.fill(lid);
    draw.lineWidth = 0.16;
    draw.strokeStyle = colours.without;
    draw.stroke(lid);
    draw.fillStyle = colours.without;
    draw.fill(new Path2D(eye.pupil));
  });
  // Stripes that go on where the picture is repeated.
  const stripes = picture(stripeSide, (draw) => {
    draw.strokeStyle = colours.without;
    draw.lineWidth = 2.5;
    for (const x of [-1, 0, 1]) {
      draw.moveTo((x - 0.5) * stripeSide, 1.5 * stripeSide);
      draw.lineTo((x + 1.5) * stripeSide, -0.5 * stripeSide);
    }
    draw.stroke();
  });
  return {
    ...Object.fromEntries(states.map((s) => [`heat-${s}`, mark(s)])),
    "heat-hot": triangle("hot"),
    "heat-cold": triangle("cold"),
    "heat-watched": watched,
    "heat-without": stripes,
  };
}

/** Gives the map the pictures of the marks in the colours of the surroundings, or new ones in their place. */
export function putMarks(map: MapLibre, isDark: boolean): void {
  for (const [name, image] of Object.entries(pictures(isDark))) {
    if (map.hasImage(name)) map.updateImage(name, image);
    else map.addImage(name, image, { pixelRatio: 2 });
  }
}

/** Takes them away. */
export function dropMarks(map: MapLibre): void {
  for (const s of [...states, "hot", "cold", "watched", "without"]) if (map.hasImage(`heat-${s}`)) map.removeImage(`heat-${s}`);
}
