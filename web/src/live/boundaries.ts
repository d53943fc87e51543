import { appInfo } from "../api/app";
import { forgetAreas } from "../api/client";
import { gridMap } from "../map/handle";
import { app } from "../state/app";
import { ask } from "../state/place";
import { tell } from "../state/store";
import { onEvent } from "./live";
import { t } from "./text";

/** Shows boundaries and staffing as they are now: nothing that was kept counts any more. */
function showAnew(): void {
  forgetAreas();
  gridMap.peek()?.reload();
  void ask();
}

function changedTo(revision: number): void {
  const known = app.peek();
  if (known !== null) {
    if (revision <= known.revision) return;
    app.value = { ...known, revision };
  }
  showAnew();
  tell(t("changed", { n: revision }));
}

/** Keeps the map and the panel at the boundaries in force, for as long as the page is open. */
export function followBoundaries(): void {
  // What phones carry along is of these boundaries too.
  import("../offline/pack").then((m) => m.keepPack(), () => undefined);
  onEvent("revision.published", ({ revision }) => changedTo(revision));
  onEvent("reset", () => {
    showAnew();
    void caughtUp();
  });
  // What was published before the stream was open for the first time.
  onEvent("open", () => void caughtUp());
}

/** Asks which boundaries are in force, where a publish may have been missed. */
async function caughtUp(): Promise<void> {
  const info = await appInfo().catch(() => null);
  if (info !== null) changedTo(info.revision);
}
