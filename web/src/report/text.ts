import { textsLater } from "../i18n/i18n";
import { zh, type Key } from "./zh";

export type { Key };

/** `t` gives a text of the report form in the page's language. */
export const [t, loadTexts] = textsLater<Key>(zh, () => import("./en"));
