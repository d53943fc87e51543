import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import { onEvent } from "../live/live";
import { endSession, isSignedOut } from "../state/session";

/** What was asked of the server, and how it stands. What there was stays while it is asked for anew. */
export interface Asked<T> {
  value: T | null;
  error: ApiError | null;
  busy: boolean;
  again: () => void;
}

/** Asks for something while a component is shown: anew when a key changes (null asks for nothing), and with each publish. */
export function useAsked<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const value = useSignal<{ key: string; value: T } | null>(null);
  const error = useSignal<ApiError | null>(null);
  const busy = useSignal(key !== null);
  const again = useRef<() => void>(() => undefined);
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (key === null) {
      again.current = () => undefined;
      busy.value = false;
      return;
    }
    let stop = new AbortController();
    const load = async (signal: AbortSignal) => {
      busy.value = true;
      try {
        const got = await latest.current(signal);
        if (signal.aborted) return;
        value.value = { key, value: got };
        error.value = null;
      } catch (e) {
        if (signal.aborted) return;
        if (isSignedOut(e)) endSession();
        error.value = e instanceof ApiError ? e : new ApiError("away", "unreachable");
      }
      busy.value = false;
    };
    again.current = () => {
      stop.abort();
      stop = new AbortController();
      void load(stop.signal);
    };
    error.value = null;
    again.current();
    const ends = [onEvent("revision.published", () => again.current()), onEvent("reset", () => again.current())];
    return () => {
      stop.abort();
      for (const end of ends) end();
    };
  }, [key]);
  return { value: value.value?.key === key ? value.value.value : null, error: error.value, busy: busy.value, again: () => again.current() };
}
