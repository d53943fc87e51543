import { signal } from "@preact/signals";
import type { GridMap } from "./gridmap";

/** The map on the page, while there is one. */
export const gridMap = signal<GridMap | null>(null);
