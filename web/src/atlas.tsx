/** What the map and the list have beside the map: loaded with them, as the report form does without. */
export { ListPage } from "./list/listpage";
export { Panel } from "./place/panel";
export { Search } from "./search/search";
