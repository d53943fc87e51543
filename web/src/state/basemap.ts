import { computed, signal } from "@preact/signals";
import { app } from "./app";
import { hidden } from "./store";

/** Whether the outside base map has answered: null before it was asked for anything. */
export const baseMapAnswers = signal<boolean | null>(null);

/** The outside base map where there is one and it is not switched off. */
export const baseMap = computed(() => (hidden.value.includes("basemap") ? null : (app.value?.basemap ?? null)));

/** Whether the outside base map is what lies under the boundaries now. */
export const baseMapShown = computed(() => baseMap.value !== null && baseMapAnswers.value === true);
