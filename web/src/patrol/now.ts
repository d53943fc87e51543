import { computed } from "@preact/signals";
import { rightMs } from "../offline/clock";
import { now as phone } from "../state/clock";

/** The time in milliseconds as a right clock has it, as far as is known how wrong the phone's is: patrols begin, and are late, by the time of all. */
export const now = computed(() => rightMs(phone.value));
