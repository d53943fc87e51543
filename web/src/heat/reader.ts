import { computed } from "@preact/signals";
import { can, who } from "../state/session";

/** Whether who looks sees single reports as they are, of own areas at least. */
export const readsReports = computed(() => who.value !== undefined && can("read_reports") && can("read_descriptions"));
/** Whether who looks may see where patrols were. */
export const readsPatrols = computed(() => can("read_patrols"));
/** Whether that is every report: no number is suppressed then, and there are weeks and what is overdue. */
export const readsAll = computed(() => readsReports.value && who.value?.scope.all === true);
