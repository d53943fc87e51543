import { search } from "../api/client";
import type { Hit } from "../api/types";

/** Searches once nothing more was typed for a while (milliseconds), until the function that is given is called. */
export function searchSoon(text: string, limit: number, pauseMs: number, onFound: (hits: Hit[]) => void, onFailed: () => void): () => void {
  const abort = new AbortController();
  const timer = setTimeout(() => {
    search(text, limit, abort.signal).then(onFound, () => {
      if (!abort.signal.aborted) onFailed();
    });
  }, pauseMs);
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}
