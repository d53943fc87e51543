import type { AreaFeature, Seat } from "../api/types";

/** The posts of a grid. */
export const gridPosts = ["grid_chief", "grid_member", "grid_police"] as const;
export type GridPost = (typeof gridPosts)[number];

/** One grid as the table has it. */
export interface Row {
  code: string;
  name: string;
  township: string;
  class: string;
  households: number;
  population: number;
  /** Square metres. */
  areaM2: number;
  seats: Record<GridPost, Seat[]>;
  /** Seats that nobody holds, also where somebody stands in. */
  vacant: number;
}

/** What can be sorted by. */
export const columns = ["name", "township", "households", "population", "area", "grid_chief", "grid_member", "grid_police", "vacant"] as const;
export type Column = (typeof columns)[number];

/** Gives the rows of the table. `townshipOf` gives the name of a grid's township. */
export function rowsOf(grids: readonly AreaFeature[], nameOf: (p: AreaFeature["properties"]) => string, townshipOf: (p: AreaFeature["properties"]) => string): Row[] {
  return grids.map(({ properties: p }) => {
    const of = (post: GridPost) => (p.staffing ?? []).filter((s) => s.post === post);
    const seats = { grid_chief: of("grid_chief"), grid_member: of("grid_member"), grid_police: of("grid_police") };
    return {
      code: p.code,
      name: nameOf(p),
      township: townshipOf(p),
      class: p.class ?? "",
      households: p.households ?? 0,
      population: p.population ?? 0,
      areaM2: p.area_m2,
      seats,
      vacant: gridPosts.reduce((n, post) => n + seats[post].filter((s) => s.vacant === true).length, 0),
    };
  });
}

/** Gives the seats of a post that are held by somebody of their own. */
export function filled(seats: readonly Seat[]): number {
  return seats.filter((s) => s.vacant !== true).length;
}

/** Narrows rows to a class of grid and to a text that stands in name, code, township or a name of the staff. Empty takes all. */
export function filtered(rows: readonly Row[], text: string, gridClass: string): Row[] {
  const words = text.toLowerCase().split(/\s+/).filter((w) => w !== "");
  return rows.filter((r) => {
    if (gridClass !== "" && r.class !== gridClass) return false;
    const names = gridPosts.flatMap((post) => r.seats[post].map((s) => s.name ?? ""));
    const all = [r.name, r.code, r.township, ...names].join(" ").toLowerCase();
    return words.every((w) => all.includes(w));
  });
}

/** Gives what a row is sorted by in a column: numbers as such, texts by the language. */
function keyOf(r: Row, column: Column): string | number {
  switch (column) {
    case "name":
    case "township":
      return r[column];
    case "area":
      return r.areaM2;
    case "households":
    case "population":
    case "vacant":
      return r[column];
    case "grid_chief":
    case "grid_police":
      // Vacancies are what is looked for: they come first, then names.
      return filled(r.seats[column]) === 0 ? "" : (r.seats[column][0]?.name ?? "");
    case "grid_member":
      return filled(r.seats.grid_member);
  }
}

/** Sorts rows by a column; equal ones stand by code, whichever the direction. */
export function sorted(rows: readonly Row[], column: Column, down: boolean, locale: string): Row[] {
  const collator = new Intl.Collator(locale, { numeric: true });
  return [...rows].sort((a, b) => {
    const ka = keyOf(a, column);
    const kb = keyOf(b, column);
    const order = typeof ka === "number" && typeof kb === "number" ? ka - kb : collator.compare(String(ka), String(kb));
    if (order !== 0) return down ? -order : order;
    return a.code < b.code ? -1 : 1;
  });
}

/** How numbers are spread. */
export interface Spread {
  total: number;
  mean: number;
  min: number;
  max: number;
}

/** Gives it; null of none. */
export function spreadOf(numbers: readonly number[]): Spread | null {
  if (numbers.length === 0) return null;
  const total = numbers.reduce((a, b) => a + b, 0);
  return { total, mean: total / numbers.length, min: Math.min(...numbers), max: Math.max(...numbers) };
}

/** How far a number is from the mean, as a share of it: 0.25 is a quarter above. */
export function deviation(n: number, mean: number): number {
  return mean === 0 ? 0 : n / mean - 1;
}
