import type { JSX } from "preact";
import type { ScreenName } from "./state/url";

/** A screen that is loaded when it is opened. */
export interface Screen {
  /** The screen lies on the map, which stays while screens change. */
  onMap: boolean;
  /** Loads the screen's part of the program. */
  load: () => Promise<() => JSX.Element>;
  /** The source of its style sheet, `src/…/screen.css`. */
  sheet: string;
}

/** The screens beside the map and the list, which come with the page. */
export const screens: Partial<Record<ScreenName, Screen>> = {
  report: { onMap: true, sheet: "src/report/screen.css", load: async () => (await import("./report/screen")).loadReport() },
  coverage: { onMap: true, sheet: "src/coverage/screen.css", load: async () => (await import("./coverage/screen")).CoverageScreen },
  grids: { onMap: true, sheet: "src/grids/screen.css", load: async () => (await import("./grids/screen")).GridsScreen },
  people: { onMap: true, sheet: "src/people/screen.css", load: async () => (await import("./people/screen")).PeopleScreen },
  follow: { onMap: true, sheet: "src/follow/screen.css", load: async () => (await import("./follow/screen")).FollowScreen },
  heat: { onMap: true, sheet: "src/heat/screen.css", load: async () => (await import("./heat/screen")).HeatScreen },
  field: { onMap: true, sheet: "src/field/screen.css", load: async () => (await import("./field/screen")).FieldScreen },
  patrol: { onMap: true, sheet: "src/patrol/screen.css", load: async () => (await import("./patrol/screen")).PatrolScreen },
  patrols: { onMap: true, sheet: "src/patrols/screen.css", load: async () => (await import("./patrols/screen")).PatrolsScreen },
  watch: { onMap: true, sheet: "src/watch/screen.css", load: async () => (await import("./watch/screen")).WatchScreen },
  plan: { onMap: true, sheet: "src/plan/screen.css", load: async () => (await import("./plan/screen")).PlanScreen },
  plans: { onMap: false, sheet: "src/plans/screen.css", load: async () => (await import("./plans/screen")).PlansScreen },
  import: { onMap: true, sheet: "src/import/screen.css", load: async () => (await import("./import/screen")).ImportScreen },
  notice: { onMap: false, sheet: "src/notice/screen.css", load: async () => (await import("./notice/screen")).NoticeScreen },
  account: { onMap: false, sheet: "src/account/screen.css", load: async () => (await import("./account/screen")).AccountScreen },
  admin: { onMap: false, sheet: "src/admin/screen.css", load: async () => (await import("./admin/screen")).AdminScreen },
  sync: { onMap: false, sheet: "src/offline/screen.css", load: async () => (await import("./offline/screen")).SyncScreen },
  signin: { onMap: false, sheet: "src/signin/screen.css", load: async () => (await import("./signin/screen")).SignInScreen },
};

const sheets = new Map<string, Promise<void>>();

/** Loads a style sheet that build.mjs tells of in a meta element, once, and begins to load the program's files beside it. */
function loadSheet(source: string): Promise<void> {
  const told = document.querySelector<HTMLMetaElement>(`meta[name="sheet"][data-of="${source}"]`);
  if (told === null) return Promise.resolve();
  const known = sheets.get(source);
  if (known !== undefined) return known;
  for (const file of told.dataset.with?.split(" ") ?? []) {
    if (file === "") continue;
    const ahead = document.createElement("link");
    ahead.rel = "modulepreload";
    ahead.href = `/assets/${file}`;
    document.head.append(ahead);
  }
  const loading = new Promise<void>((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = told.content;
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      sheets.delete(source);
      reject(new Error(`no style sheet: ${told.content}`));
    };
    document.head.append(link);
  });
  sheets.set(source, loading);
  return loading;
}

/** Loads a part of the program with its style sheet, where it has one of its own. */
export async function loadPart<T>(sheet: string | null, load: () => Promise<T>): Promise<T> {
  const [, part] = await Promise.all([sheet === null ? undefined : loadSheet(sheet), load()]);
  return part;
}
