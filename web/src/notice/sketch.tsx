import type { JSX } from "preact";
import { language, nameOf } from "../i18n/i18n";
import { labelSpot } from "../map/label";
import { formatDistance } from "../units/format";
import { boxOfFrame, inFrame, project, scaleBar, type Frame } from "./frame";
import { lengthOf, type GroundPart } from "./ground";
import { isInside } from "./inner";
import { placed, widthOf, type Label } from "./labels";
import type { Around, Notice } from "./state";
import { t } from "./text";

/** How near a corner may be to the last one drawn to be left out, in millimetres: of lines, and of the grid itself. */
const blur = 0.4;
const fine = 0.1;

/** On which sides of the picture a place lies outside, a bit for each. */
function sides(x: number, y: number, f: Frame): number {
  return (x < -1 ? 1 : 0) | (x > f.width + 1 ? 2 : 0) | (y < -1 ? 4 : 0) | (y > f.height + 1 ? 8 : 0);
}

/**
 * Writes a shape as a path in the picture. Corners that no eye tells apart, and
 * those that lie outside with both their neighbours, are left out: a printer is
 * given half a district of them otherwise, for every sheet.
 */
function pathOf(shape: readonly number[][][][], f: Frame, near: number): string {
  let d = "";
  for (const ring of shape.flat()) {
    const line = ring.map(([lon = 0, lat = 0]) => inFrame(f, project(lon, lat)));
    let [lastX, lastY] = [Infinity, Infinity];
    line.forEach(([x, y], i) => {
      const next = line[i + 1];
      if (i > 0 && next !== undefined) {
        if (Math.hypot(x - lastX, y - lastY) < near) return;
        if ((sides(lastX, lastY, f) & sides(x, y, f) & sides(next[0], next[1], f)) !== 0) return;
      }
      [lastX, lastY] = [x, y];
      d += `${i === 0 ? "M" : "L"}${x.toFixed(2)} ${y.toFixed(2)}`;
    });
    d += "Z";
  }
  return d;
}

/** How the names of a kind are written, and what goes before what. */
const written: Partial<Record<Around["kind"], { size: number; rank: number }>> = {
  grid: { size: 4.2, rank: 1 },
  village: { size: 3.7, rank: 2 },
  compound: { size: 2.9, rank: 3 },
  village_group: { size: 2.9, rank: 5 },
};

/** Where an area's name stands in the picture: in the part that shows most of it. */
function spotOf(a: Around, view: readonly [number, number, number, number]): { lon: number; lat: number } | null {
  return a.shape.map((rings) => labelSpot(rings, view)).reduce((best, s) => (s !== null && (best === null || s.width > best.width) ? s : best), null);
}

/** The areas the picture has. Beyond the grid the groups would only crowd it. */
function shownOf(n: Notice): Around[] {
  const view = boxOfFrame(n.frame);
  return n.around.filter((a) => {
    if (a.kind !== "village_group") return true;
    const spot = spotOf(a, view);
    return spot !== null && isInside(n.grid.geometry.coordinates, spot.lon, spot.lat);
  });
}

function namesOf(n: Notice, around: readonly Around[]): Label[] {
  const view = boxOfFrame(n.frame);
  const labels: Label[] = [];
  const add = (text: string, lon: number, lat: number, sort: string, size: number, rank: number, turn = 0) => {
    const [x, y] = inFrame(n.frame, project(lon, lat));
    labels.push({ text, x, y, size, turn, sort, rank });
  };
  for (const a of around) {
    const style = written[a.kind];
    if (style === undefined || (a.kind === "grid" && a.code === n.grid.properties.code)) continue;
    const spot = spotOf(a, view);
    if (spot !== null) add(nameOf(a), spot.lon, spot.lat, a.kind, style.size, style.rank);
  }
  const roads = new Map<string, GroundPart>();
  for (const g of n.ground) {
    if (g.name === null || g.stretch === null) continue;
    const known = roads.get(g.name);
    if (known?.stretch == null || lengthOf(known.stretch) < lengthOf(g.stretch)) roads.set(g.name, g);
  }
  for (const [name, { class: sort, stretch }] of roads) {
    if (stretch === null) continue;
    const [ax, ay, bx, by] = stretch;
    const water = sort === "river" || sort === "stream";
    let turn = (Math.atan2(by - ay, bx - ax) * 180) / Math.PI;
    if (turn > 90) turn -= 180;
    if (turn < -90) turn += 180;
    // A name far longer than its road's straight part would lie across the land.
    if (lengthOf(stretch) * 2.2 > widthOf(name) * 2.7) labels.push({ text: name, x: (ax + bx) / 2, y: (ay + by) / 2, size: 2.7, turn, sort: water ? "water" : "road", rank: 4 });
  }
  return labels;
}

/** The grid with its neighbours and landmarks, north up, as a drawing that printers take. */
export function Sketch({ of: n }: { of: Notice }): JSX.Element {
  const { frame: f } = n;
  const own = pathOf(n.grid.geometry.coordinates, f, fine);
  const bar = scaleBar(f, 40);
  const length = formatDistance(bar.metres, language.value);
  const foot = f.height - 6;
  const around = shownOf(n);
  const ofKind = (kind: Around["kind"]) => around.filter((a) => a.kind === kind).map((a) => <path key={a.code} class={`sk-${kind}`} d={pathOf(a.shape, f, blur)} />);
  const name = nameOf(n.grid.properties);
  const labels = placed(namesOf(n, around), f.width, f.height, [
    { x0: 0, y0: foot - 7, x1: bar.units + 10, y1: f.height },
    { x0: f.width - 13, y0: 0, x1: f.width, y1: 18 },
  ]);
  return (
    <svg class="sketch" viewBox={`0 0 ${f.width} ${f.height}`} role="img" aria-label={t("mapOf", { name })}>
      <rect class="sk-land" width={f.width} height={f.height} />
      {n.ground.filter((g) => g.surface).map((g, i) => <path key={i} class="sk-houses" d={g.d} />)}
      {ofKind("compound")}
      {["stream", "river", "track", "road", "road_main"].flatMap((c) => n.ground.filter((g) => !g.surface && g.class === c).map((g, i) => <path key={`${c}${i}`} class={`sk-${c}`} d={g.d} />))}
      {ofKind("village_group")}
      {ofKind("village")}
      <path class="sk-outside" d={`M0 0H${f.width}V${f.height}H0Z${own}`} fill-rule="evenodd" />
      {ofKind("grid")}
      <path class="sk-own-halo" d={own} />
      <path class="sk-own" d={own} />
      {labels.map((l) => (
        <text key={`${l.sort} ${l.text} ${l.x}`} class={`sk-name sk-name-${l.sort}`} x={l.x.toFixed(2)} y={l.y.toFixed(2)} font-size={l.size} {...(l.turn === 0 ? {} : { transform: `rotate(${l.turn.toFixed(1)} ${l.x.toFixed(2)} ${l.y.toFixed(2)})` })}>
          {l.text}
        </text>
      ))}
      <g class="sk-bar" transform={`translate(5 ${foot})`}>
        <path d={`M0 -2V0H${bar.units.toFixed(2)}V-2`} />
        <text x={(bar.units / 2).toFixed(2)} y="-2.6" font-size="3.2">
          {t(length.unit === "m" ? "metres" : "kilometres", { n: length.value })}
        </text>
      </g>
      <g class="sk-north" transform={`translate(${f.width - 7} 5)`}>
        <path d="M0 0 3 9 0 7 -3 9Z" />
        <text y="12.6" font-size="3.4">{t("north")}</text>
      </g>
    </svg>
  );
}
