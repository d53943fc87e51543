import { useEffect, useRef } from "preact/hooks";
import { onEvent } from "../live/live";

/** Calls a function whenever a plan changes, or any where none is named, for as long as a component is shown. */
export function usePlanNews(plan: string | null, heard: () => void): void {
  const latest = useRef(heard);
  latest.current = heard;
  useEffect(() => onEvent("plan.changed", (e) => (plan === null || e.plan === plan) && latest.current()), [plan]);
}
