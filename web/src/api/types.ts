/** The kinds of area, from the widest to the smallest. */
export const kinds = ["district", "township", "village", "grid", "village_group", "compound"] as const;
export type Kind = (typeof kinds)[number];

/** Reports whether a text names a kind of area. */
export function isKind(text: string): text is Kind {
  return (kinds as readonly string[]).includes(text);
}

/** An area by its kind and code: codes are unique within a kind only. */
export interface Ref {
  kind: Kind;
  code: string;
}

/** An area by code and name. */
export interface AreaName {
  code: string;
  name: string;
}

/** A post with who holds it; name and phone only where they are public. */
export interface Assignee {
  post: string;
  area_kind: Kind;
  area_code: string;
  name?: string;
  phone?: string;
  via?: "holder" | "deputy";
}

/** A grid a place may lie in. `distance_m` is metres, 0 inside. */
export interface Candidate {
  kind: Kind;
  code: string;
  distance_m: number;
  probability: number;
}

/** The answer of GET /api/v1/locate. Positions are WGS 84 degrees. */
export interface Located {
  point: { lon: number; lat: number };
  revision: number;
  areas: Record<Kind, AreaName | null>;
  responsible: Assignee[];
  boundary_distance_m: number | null;
  candidates: Candidate[];
  synthetic?: boolean;
  /** Where the phone answered in place of the server: from when, and what it leaves to it. */
  note?: () => string;
}

/** A post of an area, and who holds it. */
export interface Seat {
  post: string;
  number: number;
  name?: string;
  phone?: string;
  deputy?: boolean;
  vacant?: boolean;
}

/** What GET /api/v1/areas says of an area. */
export interface AreaProperties {
  kind: Kind;
  code: string;
  name: string;
  name_en?: string;
  parent?: Ref;
  unit_type?: string;
  class?: string;
  households?: number;
  population?: number;
  area_m2: number;
  revision: number;
  from_revision: number;
  synthetic?: boolean;
  staffing?: Seat[];
}

/** An area with its shape, a GeoJSON Feature. */
export interface AreaFeature {
  type: "Feature";
  geometry: { type: "MultiPolygon"; coordinates: number[][][][] };
  properties: AreaProperties;
  /** Where the phone answered in place of the server: from when. */
  note?: () => string;
}

/** An area or road that was found by name; its point is where to look. */
export interface Hit {
  id: string;
  geometry: { type: "Point"; coordinates: [number, number] } | null;
  properties: {
    type: "area" | "feature";
    kind?: Kind;
    code?: string;
    class?: string;
    name: string;
    name_en?: string;
    parent?: Ref;
    bbox?: [number, number, number, number];
    match: string;
  };
}

/** A published set of boundaries. */
export interface Revision {
  revision: number;
  published_at: string;
  note?: string;
  areas: number;
  current?: boolean;
}

/** An area as GET /ogc/collections/…/items lists it. */
export interface ListedArea {
  code: string;
  name: string;
  name_en?: string | null;
  synthetic?: boolean | null;
}
