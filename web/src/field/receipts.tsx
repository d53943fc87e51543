import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { openHandovers, type Handover } from "../api/people";
import type { Receipts } from "../handover/card";
import { onEvent } from "../live/live";
import { loadPart } from "../screens";
import { who } from "../state/session";

/** The posts that whoever is signed in has taken over and not acknowledged; nothing where there are none, which is nearly always. */
export function OwnReceipts(): JSX.Element | null {
  const list = useSignal<readonly Handover[]>([]);
  const part = useSignal<typeof Receipts | null>(null);
  const person = who.value?.person?.id;
  useEffect(() => {
    list.value = [];
    if (person === undefined) return;
    let stop = new AbortController();
    const ask = () => {
      stop.abort();
      // Signing out has listeners ask anew before this one is taken away.
      if (who.peek()?.person?.id !== person) return;
      const mine = (stop = new AbortController());
      openHandovers(true, mine.signal).then(
        async (found) => {
          if (found.length > 0) {
            const { Receipts: shown } = await loadPart("src/handover/screen.css", () => import("../handover/card"));
            part.value = shown;
          }
          if (!mine.signal.aborted) list.value = found;
        },
        // The list under it says that the server is away; it is asked again with that.
        () => undefined,
      );
    };
    ask();
    const end = onEvent("reset", ask);
    return () => {
      stop.abort();
      end();
    };
  }, [person]);
  const Shown = part.value;
  if (Shown === null || list.value.length === 0) return null;
  return <Shown list={list.value} onDone={(id) => (list.value = list.value.filter((h) => h.id !== id))} />;
}
