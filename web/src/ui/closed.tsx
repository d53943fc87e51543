import type { JSX } from "preact";
import { who } from "../state/session";
import { goTo, linkTo } from "../state/store";
import { Sheet } from "./sheet";

/** The texts that a screen has for those it is not for. */
type ClosedText = "title" | "signInTitle" | "signInHelp" | "signIn" | "notYours";

/** Says who a screen is for, and the way in. */
export function Closed({ kind, t }: { kind: string; t: (key: ClosedText) => string }): JSX.Element {
  const nobody = who.value === null;
  return (
    <Sheet kind={kind} label={t("title")} title={t(nobody ? "signInTitle" : "title")} onClose={() => goTo({ view: "map", params: {} })}>
      <p>{t(nobody ? "signInHelp" : "notYours")}</p>
      {nobody && (
        <p class="panel-links">
          <a class="button" href={linkTo({ view: "signin", params: { next: linkTo({}) } })}>
            {t("signIn")}
          </a>
        </p>
      )}
    </Sheet>
  );
}
