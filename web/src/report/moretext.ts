import { texts } from "../i18n/i18n";
import { en } from "./moreen";
import { zh } from "./morezh";

/** Gives a text of the form's last page, or of what follows, in the page's language. */
export const t = texts(zh, en);
