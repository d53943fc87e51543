import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { provider } from "../account/client";
import { params, view } from "../state/store";
import { t } from "./text";

/** Where to go on after signing in elsewhere: as the form does. */
function back(): string {
  const { next } = params.value;
  if (next?.startsWith("#") === true) return `/${next}`;
  return view.value === "signin" ? "/" : `/${location.hash}`;
}

/** The way in by the district's own provider, where it has one. */
export function Provider(): JSX.Element | null {
  const name = useSignal<string | null>(null);
  useEffect(() => {
    provider().then(
      (p) => (name.value = p.enabled ? (p.name ?? "") : null),
      () => undefined, // there is the form
    );
  }, []);
  if (name.value === null) return null;
  return (
    <a class="button wide" href={`/api/v1/oidc/start?return=${encodeURIComponent(back())}`}>
      {t("withProvider", { name: name.value === "" ? t("providerName") : name.value })}
    </a>
  );
}
