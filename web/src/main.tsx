import "maplibre-gl/dist/maplibre-gl.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/map.css";
import "./styles/panel.css";
import "./styles/list.css";
import "./styles/print.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app";
import { language, t } from "./i18n/i18n";
import { followSelection } from "./state/place";
import { followAddress } from "./state/store";
import { localeOf } from "./units/format";

effect(() => {
  document.documentElement.lang = localeOf(language.value);
  document.title = t("title");
});
followAddress();
followSelection();
const place = document.getElementById("app");
if (place !== null) render(<App />, place);
