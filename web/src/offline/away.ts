import { isKind, type AreaFeature, type Assignee, type Kind, type Located, type Post, type Ref } from "../api/types";
import { language } from "../i18n/i18n";
import { formatExact } from "../units/format";
import { openPack, type OpenPack } from "./pack";
import { packKinds, ringOf, type PackArea } from "./packread";
import { kindName, t } from "./packtext";

/**
 * Answers in place of a server that is away, from the pack of whoever's phone
 * this is: what a place or an area is, what the server is, and the kinds of
 * report. Undefined for everything else, and where the pack cannot tell. What
 * changes by the hour (reports, patrols) is never answered: callers would take
 * it for news.
 */
export async function answer(path: string): Promise<unknown> {
  const [, what, kind = "", code = ""] = /^\/api\/v1\/(app|locate|areas|categories|checkpoint-kinds)(?:\/([a-z_]+)\/([^/?]+))?(?:\?|$)/.exec(path) ?? [];
  if (what === undefined) return undefined;
  const p = await openPack();
  if (p === null) return undefined;
  switch (what) {
    case "app":
      return p.app;
    case "categories":
      return p.answer.categories;
    case "checkpoint-kinds":
      return { kinds: p.answer.checkpoint_kinds };
    case "locate": {
      const query = new URLSearchParams(path.slice(path.indexOf("?")));
      return located(p, Number(query.get("lon")), Number(query.get("lat")));
    }
    default:
      return isKind(kind) ? areaOf(p, { kind, code: decodeURIComponent(code) }) : undefined;
  }
}

/** Says of which time the pack is; the text follows the language of the page. */
const since = (p: OpenPack): string => t("from", { time: formatExact(p.at, language.value) });

function located(p: OpenPack, lon: number, lat: number): Located | undefined {
  const found = p.lookup.locate(Math.round(lon * 1e7), Math.round(lat * 1e7));
  // Whether it is in the district at all is too much to leave open.
  if (found.district === "server") return undefined;
  const areas = {} as Located["areas"];
  const open: Kind[] = [];
  for (const kind of packKinds) {
    const f = found[kind];
    if (f === "server") open.push(kind);
    areas[kind] = f === null || f === "server" ? null : { code: f.code, name: f.name };
  }
  return {
    point: { lon, lat },
    revision: p.answer.revision,
    areas,
    responsible: responsible(p, areas),
    boundary_distance_m: null,
    candidates: [],
    ...(p.answer.synthetic === true ? { synthetic: true } : {}),
    note: () => (open.length === 0 ? since(p) : `${since(p)} ${t("decides", { kinds: open.map(kindName).join(t("and")) })}`),
  };
}

/** Who answers first: the chief and the police of the grid, and the directors there, as far as the pack names them. */
function responsible(p: OpenPack, areas: Located["areas"]): Assignee[] {
  const posts: [Kind, Post][] = [["grid", "grid_chief"], ["grid", "grid_police"], ["village_group", "group_director"], ["compound", "compound_director"]];
  return posts.flatMap(([kind, post]) => {
    const code = areas[kind]?.code;
    const seats = p.answer.posts.find((s) => s.kind === kind && s.code === code)?.seats ?? [];
    return seats
      .filter((s) => s.post === post)
      .map((s): Assignee => ({
        post,
        area_kind: kind,
        area_code: code ?? "",
        ...(s.name === undefined ? {} : { name: s.name }),
        ...(s.phone === undefined ? {} : { phone: s.phone }),
        ...(s.vacant === true ? {} : { via: s.deputy === true ? "deputy" : "holder" }),
      }));
  });
}

function areaOf(p: OpenPack, ref: Ref): AreaFeature | undefined {
  const a = p.land.kinds[ref.kind].areas.find((x) => x.code === ref.code);
  if (a === undefined) return undefined;
  const seats = p.answer.posts.find((s) => s.kind === a.kind && s.code === a.code)?.seats;
  return {
    type: "Feature",
    id: a.code,
    geometry: { type: "MultiPolygon", coordinates: coordinatesOf(p, a) },
    properties: {
      kind: a.kind,
      code: a.code,
      name: a.name,
      ...(a.name_en === undefined ? {} : { name_en: a.name_en }),
      ...(a.parent === null ? {} : { parent: a.parent }),
      ...(a.unitType === undefined ? {} : { unit_type: a.unitType }),
      ...(a.class === "" ? {} : { class: a.class }),
      ...(a.households === 0 ? {} : { households: a.households }),
      area_m2: a.areaM2,
      revision: p.answer.revision,
      from_revision: p.answer.revision,
      ...(p.answer.synthetic === true ? { synthetic: true } : {}),
      ...(seats === undefined ? {} : { staffing: seats }),
    },
    note: () => since(p),
  };
}

/** Gives the shape of an area as GeoJSON has it. */
export function coordinatesOf(p: Pick<OpenPack, "land">, a: PackArea): [number, number][][][] {
  return a.shape.map((polygon) => polygon.map((ring) => ringOf(p.land, ring)));
}
