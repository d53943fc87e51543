import type { JSX } from "preact";
import { nameOf, t } from "../i18n/i18n";
import { app } from "../state/app";
import { who } from "../state/session";
import { linkTo } from "../state/store";

/** Reports whether the map is for people with an account only, and nobody is signed in. */
export function isShut(): boolean {
  return app.value !== null && app.value.public !== "map" && !who.value;
}

/** What a server whose map is not public shows in its place: what one can do all the same. */
export function Shut(): JSX.Element {
  const { district, public: grade } = app.value ?? { district: { name: "" }, public: "none" };
  return (
    <div class="shut">
      <div class="card shut-card">
        <h1>{district.name === "" ? t("title") : nameOf(district)}</h1>
        <p>{t(grade === "lookup" ? "shutLookup" : "shutAll")}</p>
        <p class="shut-ways">
          {grade === "lookup" && <a class="button primary" href={linkTo({ view: "report", params: {} })}>{t("shutReport")}</a>}
          <a class="button" href={linkTo({ view: "signin", params: {} })}>{t("signIn")}</a>
        </p>
      </div>
    </div>
  );
}
