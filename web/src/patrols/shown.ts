import { signal } from "@preact/signals";
import type { Patrol, TrackPiece } from "../api/patrols";

/** The patrol whose page is open, for the map to show; null while none is. */
export const shownPatrol = signal<Patrol | null>(null);
/** The track that was asked for; null while none is shown. */
export const shownTrack = signal<readonly TrackPiece[] | null>(null);
