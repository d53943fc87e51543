import type { Candidate, Located } from "../api/types";

/** So near an edge, in metres, the neighbour may answer as well. */
export const nearM = 30;

/** Below this share a grid is not worth a line on the panel. */
const leastLikely = 0.05;

/**
 * Gives the grids to offer: those a measured position may be in, or those
 * within nearM of a place that was pointed at. One or none: there is nothing
 * to choose. At most four, in the order of the server.
 */
export function mayBeNext(located: Pick<Located, "candidates" | "boundary_distance_m">, accuracyM: number | null): Candidate[] {
  const near =
    accuracyM === null
      ? located.candidates.filter((c) => c.distance_m < nearM)
      : located.candidates.filter((c) => c.probability >= leastLikely);
  return near.length > 1 ? near.slice(0, 4) : [];
}
