import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import { effect } from "@preact/signals";
import type { GridMap } from "../map/gridmap";
import type { Palette } from "../map/palette";
import { tileLayers } from "../map/style";
import { language } from "../i18n/i18n";
import { tell, view } from "../state/store";
import { formatExact } from "../units/format";
import { coordinatesOf } from "./away";
import { openPack, type OpenPack } from "./pack";
import { packKinds, readLines } from "./packread";
import { t } from "./packtext";

const collection = (features: GeoJSON.Feature[]): SourceSpecification => ({ type: "geojson", data: { type: "FeatureCollection", features } });

/** Gives areas and ground of a pack under the names that the sources of tiles have. */
function sourcesOf(p: OpenPack): Record<string, SourceSpecification> {
  const out: Record<string, SourceSpecification> = {
    roads: collection(readLines(p.answer).map((l) => ({ type: "Feature", properties: { class: l.class, name: l.name }, geometry: { type: "LineString", coordinates: l.places } }))),
  };
  for (const kind of packKinds) {
    out[tileLayers[kind].source] = collection(
      p.land.kinds[kind].areas.map((a) => ({
        type: "Feature",
        properties: { code: a.code, name: a.name, ...(a.name_en === undefined ? {} : { name_en: a.name_en }) },
        geometry: { type: "MultiPolygon", coordinates: coordinatesOf(p, a) },
      })),
    );
  }
  return out;
}

/** Screens that draw reports and checkpoints themselves. */
const drawsOwn: readonly string[] = ["field", "patrol", "patrols", "watch"];

/** Draws the reports and checkpoints of a pack, as small dots: what they are the lists say. */
function drawDots(map: GridMap, p: OpenPack): () => void {
  const dot = (id: string, source: string, radius: number, color: string, rim: string): LayerSpecification => ({
    id,
    type: "circle",
    source,
    minzoom: 9,
    paint: { "circle-radius": radius, "circle-color": color, "circle-stroke-width": 2, "circle-stroke-color": rim },
  });
  const layers = (c: Palette): LayerSpecification[] => [
    dot("pack-checkpoints", "pack-checkpoints", 4, c.halo, c.markDone),
    dot("pack-reports", "pack-reports", 5, c.markOpen, c.halo),
    { ...dot("pack-overdue", "pack-reports", 6, c.markOverdue, c.halo), filter: ["==", ["get", "overdue"], true] } as LayerSpecification,
  ];
  const now = Date.now();
  const erase = map.draw({
    sources: {
      "pack-reports": collection(
        p.answer.reports.features.map(({ geometry, properties: r }) => ({ type: "Feature", properties: { overdue: r.due_at !== null && r.status !== "handled" && Date.parse(r.due_at) < now }, geometry })),
      ),
      "pack-checkpoints": collection(p.answer.checkpoints.features.map(({ geometry }) => ({ type: "Feature", properties: {}, geometry }))),
    },
    layers,
  });
  const end = effect(() => {
    const shown = !drawsOwn.includes(view.value);
    for (const l of layers({} as Palette)) map.setVisible(l.id, shown);
  });
  return () => {
    end();
    erase();
  };
}

/** So often it is looked whether the server is back, in milliseconds. */
const againMs = 15_000;

const standing = new WeakSet<GridMap>();

/** Has the map draw from the pack until the server is back. Gives false where there is no pack. */
export async function standIn(map: GridMap): Promise<boolean> {
  if (standing.has(map)) return true;
  const p = await openPack();
  if (p === null) return false;
  if (standing.has(map)) return true;
  standing.add(map);
  map.standIn(sourcesOf(p));
  tell(t("mapFrom", { time: formatExact(p.at, language.value) }));
  const erase = drawDots(map, p);
  const look = async () => {
    const back = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(againMs) }).then((r) => r.ok, () => false);
    if (!back || !standing.has(map)) return;
    end();
    map.standIn(null);
    erase();
  };
  const timer = setInterval(() => void look(), againMs);
  const online = () => void look();
  addEventListener("online", online);
  const end = () => {
    standing.delete(map);
    clearInterval(timer);
    removeEventListener("online", online);
    map.onRemove.delete(end);
  };
  map.onRemove.add(end);
  return true;
}
