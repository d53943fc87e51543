import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app";
import { language, nameOf, t, textsReady } from "./i18n/i18n";
import { placeName } from "./place/placename";
import { sendWhatWaits } from "./report/entry";
import { askApp } from "./state/app";
import { followSelection, found } from "./state/place";
import { followSession } from "./state/session";
import { followAddress, problem } from "./state/store";
import { localeOf } from "./units/format";

effect(() => {
  document.documentElement.lang = localeOf(language.value);
  const f = found.value;
  const name = f === null ? null : f.type === "area" ? nameOf(f.feature.properties) : placeName(f);
  document.title = name === null ? t("title") : `${name} · ${t("title")}`;
});
followAddress();
followSelection();
void askApp();
sendWhatWaits();
// What happens on the server is listened to once the page is there.
addEventListener("load", () => setTimeout(() => void import("./after").then((m) => m.after(), () => undefined), 500));
addEventListener("online", () => problem.value?.retry?.());
const place = document.getElementById("app");
void textsReady().then(() => {
  if (place !== null) render(<App />, place);
});
// After the first paint, which does not wait for it.
setTimeout(followSession);
