import type { Kind } from "../../api/types";
import type { ChangedArea, Operation, PlanAreaProperties } from "../types";

/** A place on the lattice: lon and lat in units of 1e-7 degrees, WGS 84, whole numbers. */
export interface LatticePoint {
  readonly lon: number;
  readonly lat: number;
}

/** The corners of a ring in order, lon and lat in turn, in units of 1e-7 degrees; the first is not repeated. Outer rings run counter-clockwise, holes clockwise. */
export type Ring = Int32Array;
/** The polygons of a shape, each an outer ring and its holes. */
export type Outline = readonly (readonly Ring[])[];

/** A box on the lattice, its edges included. */
export interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** An area of a topology. It never changes. */
export interface Area {
  /** `kind:code`. */
  readonly key: string;
  readonly kind: Kind;
  readonly code: string;
  readonly properties: PlanAreaProperties;
  readonly outline: Outline;
  readonly box: Box;
}

/** A side of areas, with all who have it. */
export interface Edge {
  readonly a: LatticePoint;
  readonly b: LatticePoint;
  readonly users: readonly Area[];
}

/** What moving a node would do. */
export interface Move {
  readonly from: LatticePoint;
  readonly to: LatticePoint;
  /** Whose locked line the node is on: the server refuses to move it. */
  readonly locked: Area | null;
  /** `to` is a node already: the two become one. */
  readonly joins: boolean;
  /** All who have the node, with the outline they would get; null where a ring falls below three corners. */
  readonly touched: readonly { readonly area: Area; readonly outline: Outline | null }[];
  /** The sides that end in the node, as they would be: for drawing. */
  readonly edges: readonly Edge[];
}

/** Where a place would snap to. */
export interface Snap {
  readonly at: LatticePoint;
  readonly to: "node" | "edge";
  /** The side, where `to` is "edge"; its ends are the node itself otherwise. */
  readonly a: LatticePoint;
  readonly b: LatticePoint;
  readonly users: readonly Area[];
  readonly distanceM: number;
}

/** A node near a place. */
export interface NearNode {
  readonly node: LatticePoint;
  readonly users: readonly Area[];
  readonly locked: Area | null;
  readonly distanceM: number;
}

/** What an area holds. Households may have hundredths: round them for people. */
export interface Numbers {
  readonly households: number;
  readonly areaM2: number;
  /** Reports of the window. */
  readonly reports: number;
  /** Reports, of any age, with which somebody still has something to do. */
  readonly open: number;
}

/** The numbers of one area: as published, and in the plan; null where it is not there. */
export interface Tally {
  readonly key: string;
  readonly base: Numbers | null;
  readonly now: Numbers | null;
}

/** Which nodes or areas are meant: of some kinds, or of some areas (`kind:code`); all where nothing is said. */
export interface Only {
  readonly kinds?: readonly Kind[];
  readonly areas?: readonly string[];
}

/**
 * All areas of a plan, of all kinds, with their corners as shared nodes. It
 * never changes: what edits gives a new one, which shares the rest. Made by
 * `newTopology`.
 */
export interface Topology {
  readonly locked: readonly Kind[];
  /** Gives an area by `kind:code`. */
  area(key: string): Area | undefined;
  /** Gives the areas of a kind by code, or all by kind and code. */
  areas(kind?: Kind): readonly Area[];
  /** Gives the areas that cover a place, edges included, by kind and code. The first of a kind is the one that it belongs to. */
  areasAt(q: LatticePoint, only?: Only): Area[];
  /** Puts in the areas that an operation changed. */
  replaceAreas(changed: readonly ChangedArea[]): Topology;
  /** Gives the same areas with other kinds locked. */
  withLocked(locked: readonly Kind[]): Topology;
  /** Gives what a move, insertion or removal of a node leads to, before the server has answered; null for another operation, or one that it would refuse. */
  applied(op: Operation): Topology | null;

  /** Gives the nodes in a box, without those that are too close together to be told apart at `spacingM` metres. */
  nodesIn(box: Box, spacingM: number, only?: Only): NearNode[];
  /** Gives the nearest node within a distance. */
  nearestNode(q: LatticePoint, withinM: number, only?: Only): NearNode | null;
  /** Gives the nearest side within a distance, as where a node would be put on it. */
  nearestEdge(q: LatticePoint, withinM: number, only?: Only): Snap | null;
  /** Gives the areas that have a place as a corner, by kind and code. */
  usersOf(node: LatticePoint): readonly Area[];
  /** Gives the area on whose locked line a node lies. */
  lockedAt(node: LatticePoint): Area | null;
  /** Gives the sides that end in a node. */
  edgesAt(node: LatticePoint): Edge[];
  /** Gives the nodes of an area in order, ring by ring: for going through them by keyboard. */
  nodesOf(key: string): LatticePoint[];
  /** Says what moving a node would do. */
  moveNode(from: LatticePoint, to: LatticePoint): Move;
  /** Says where a place snaps to: to a node before a side; not to `except`, the node that is dragged, nor to the sides that end in it. */
  snap(q: LatticePoint, withinM: number, except?: LatticePoint): Snap | null;
}

/**
 * Numbers of the areas of one kind, by the rule of the server: a report or a
 * home belongs to the area that covers it, the edge included; of several, to the
 * lowest code. Made by `newTallies`.
 */
export interface Tallies {
  readonly kind: Kind;
  /** Gives base and present numbers of all areas that are in either, by code. */
  readonly all: readonly Tally[];
  /** Gives the numbers of an area, `kind:code`, in the plan. */
  now(key: string): Numbers | null;
  /** Follows the plan to another topology; only what lies round changed areas is looked at. */
  follow(topology: Topology): Tallies;
  /** Gives the numbers that areas would have after a move of a node: those that it changes only. Quick enough for every frame. */
  move(move: Move): ReadonlyMap<string, Numbers>;
  /** Gives the numbers that areas would have once whole units were given to an area: those that it changes only. Quick enough for every frame. */
  paint(units: readonly Area[], to: Area): ReadonlyMap<string, Numbers>;
}
