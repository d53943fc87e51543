import type * as wire from "./schema.gen";

/** The kinds of area, from the widest to the smallest. */
export const kinds = ["district", "township", "village", "grid", "village_group", "compound"] as const satisfies readonly wire.Kind[];
export type Kind = wire.Kind;

/** Reports whether a text names a kind of area. */
export function isKind(text: string): text is Kind {
  return (kinds as readonly string[]).includes(text);
}

/** An area by its kind and code: codes are unique within a kind only. */
export type Ref = wire.AreaRef;

/** An area by code and name. */
export type AreaName = wire.AreaName;

/** A post with who holds it; name and phone only where they are public. */
export type Assignee = wire.Assignee;

/** What people answer for areas as. */
export type Post = wire.Post;

/** A grid a place may lie in. `distance_m` is metres, 0 inside. */
export type Candidate = Located["candidates"][number];

/** The answer of GET /api/v1/locate. Positions are WGS 84 degrees. Where the phone answered in place of the server, `note` says from when, and what it leaves to it. */
export type Located = wire.Located & { note?: () => string };

/** A post of an area, and who holds it. */
export type Seat = wire.Seat;

/** What GET /api/v1/areas says of an area. */
export type AreaProperties = wire.AreaProperties;

/** An area with its shape, a GeoJSON Feature. Where the phone answered in place of the server, `note` says from when. */
export type AreaFeature = wire.Area & { note?: () => string };

/** An area or road that was found by name; its point is where to look. */
export type Hit = wire.SearchResult["features"][number];

/** A published set of boundaries. */
export type Revision = wire.Revision;

/** An area as GET /ogc/collections/…/items lists it. */
export interface ListedArea {
  code: string;
  name: string;
  name_en?: string | null;
  synthetic?: boolean | null;
}
