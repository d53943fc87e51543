import { ApiError } from "../api/client";
import { t } from "./text";
import type { zh } from "./zh";

const known: Record<string, keyof typeof zh> = {
  "last-admin": "lastAdmin",
  "outside-scope": "outsideScope",
  "login-taken": "loginTaken",
  "token-rotated": "tokenRotated",
  "token-ended": "tokenEnded",
  "identity-taken": "identityTaken",
  forbidden: "notAllowed",
  "not-found": "notFound",
  "reason-personal": "reasonPersonal",
  "subject-unclear": "subjectUnclear",
};

/** Says in words why something could not be done, with what the server says of single values. */
export function faultText(e: unknown): string {
  if (!(e instanceof ApiError)) return t("away");
  const key = known[e.type];
  if (key !== undefined) return t(key);
  if (e.trouble === "away" || e.trouble === "busy") return t("away");
  const errors = e.problem?.errors ?? [];
  return t("refused", { why: errors.length > 0 ? errors.map((x) => `${x.pointer.replace(/^\//, "")}: ${x.detail}`).join("; ") : (e.problem?.detail ?? e.type) });
}
