import { effect, signal } from "@preact/signals";
import { locate } from "../api/client";
import type { NamedArea } from "../api/people";
import { gridMap } from "../map/handle";

/** The area that was chosen on the map; whoever takes it puts null. */
export const picked = signal<NamedArea | null>(null);
/** The area of the form that is open, for the map to show. */
export const formArea = signal<NamedArea | null>(null);

/** A place on the ground, in degrees. */
export interface Spot {
  lon: number;
  lat: number;
}

/** The place of the checkpoint that is being made or moved, and the radius around it in metres. */
export const draftSpot = signal<(Spot & { radiusM: number }) | null>(null);

/** Has clicks on whatever map there is go to take, until the function that is given is called. */
function onClicks(take: (lon: number, lat: number) => void): () => void {
  let free = (): void => undefined;
  const end = effect(() => {
    const map = gridMap.value;
    free();
    free =
      map === null
        ? () => undefined
        : map.takeClicks(({ lon, lat }) => {
            take(lon, lat);
            return true;
          });
  });
  return () => {
    end();
    free();
  };
}

/** Has a tap on the map choose the grid there, until the function that is given is called. */
export function pickArea(): () => void {
  let last = 0;
  return onClicks((lon, lat) => {
    const mine = ++last;
    locate(lon, lat, 0).then(
      ({ areas: { grid } }) => {
        if (mine === last && grid !== null) picked.value = { kind: "grid", code: grid.code, name: grid.name };
      },
      () => undefined, // a second tap asks again
    );
  });
}

/** Has a tap on the map move the checkpoint's place, until the function that is given is called. */
export function pickSpot(onSpot: (s: Spot) => void): () => void {
  return onClicks((lon, lat) => onSpot({ lon: Math.round(lon * 1e7) / 1e7, lat: Math.round(lat * 1e7) / 1e7 }));
}
