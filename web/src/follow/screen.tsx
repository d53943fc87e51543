import type { JSX } from "preact";
import { goTo, params } from "../state/store";
import { Sheet } from "../ui/sheet";
import { Follow } from "./follow";
import { MinePage } from "./minepage";
import { t } from "./text";

/** Follows the report of the link, or lists those of this device. */
export function FollowScreen(): JSX.Element {
  const { id } = params.value;
  // What follows a link in a message is easily taken along with it.
  const secret = /^[\w-]*/.exec(params.value.secret ?? "")?.[0] ?? "";
  if (id === undefined || id === "") return <MinePage />;
  if (secret === "") {
    return (
      <Sheet kind="follow" label={t("page")} title={t("wrong")} onClose={() => goTo({ view: "map" })}>
        <p>{t("wrongSecret")}</p>
      </Sheet>
    );
  }
  return <Follow key={id} id={id} secret={secret} />;
}
