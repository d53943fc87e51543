import type { Report } from "../api/reports";
import { app } from "../state/app";
import { linkTo } from "../state/store";

/** The address by which a report is followed. The secret stands after `#`: browsers send that to nobody. */
export function followLink(r: Report): string {
  const hash = linkTo({ view: "follow", selection: null, camera: null, params: { id: r.id, secret: r.properties.follow_secret ?? "" } });
  return `${app.value?.public_url ?? location.origin}/${hash}`;
}
