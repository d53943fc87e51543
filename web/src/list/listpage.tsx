import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError, listAreas } from "../api/client";
import type { Kind, ListedArea } from "../api/types";
import { language, nameOf, t } from "../i18n/i18n";
import { list as sentFromHere } from "../report/mine";
import { linkTo, problem, selection, synthetic } from "../state/store";
import { formatNumber } from "../units/format";
import { SyntheticNote } from "../ui/banner";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { tList } from "./text";

/** Which kinds lie directly in an area of a kind, in the order they are listed. */
const below: Partial<Record<Kind, Kind[]>> = {
  township: ["grid", "village"],
  village: ["grid", "village_group", "compound"],
};

/** The level of a heading: deeper in the list, deeper in the page. */
type Depth = 2 | 3 | 4;

/** The areas of the kinds below a parent, for as long as the list shows them. */
function useAreas(kinds: readonly Kind[], parent: string | null, wanted: boolean): { kind: Kind; areas: ListedArea[] }[] | null {
  const lists = useSignal<{ kind: Kind; areas: ListedArea[] }[] | null>(null);
  useEffect(() => {
    if (!wanted || lists.value !== null) return;
    const abort = new AbortController();
    const load = () => {
      Promise.all(kinds.map(async (kind) => ({ kind, areas: await listAreas(kind, parent, abort.signal) }))).then(
        (all) => (lists.value = all),
        (e: unknown) => {
          if (abort.signal.aborted) return;
          problem.value = { trouble: e instanceof ApiError ? e.trouble : "away", retry: () => { problem.value = null; load(); } };
        },
      );
    };
    load();
    return () => abort.abort();
  }, [wanted, parent]);
  return lists.value;
}

function Rows(): JSX.Element {
  return (
    <Skeleton says={t("loading")} lines="short short short" />
  );
}

function Entry({ kind, area, depth }: { kind: Kind; area: ListedArea; depth: Depth }): JSX.Element {
  const open = useSignal(false);
  const kinds = below[kind] ?? [];
  const lists = useAreas(kinds, area.code, open.value && kinds.length > 0);
  const name = nameOf(area);
  const s = selection.value;
  const chosen = s?.type === "area" && s.ref.kind === kind && s.ref.code === area.code;
  const id = `in-${kind}-${area.code}`;
  return (
    <li>
      <div class="entry">
        {kinds.length > 0 ? (
          <button type="button" class="icon-button" aria-expanded={open.value} aria-controls={id} aria-label={tList("listOpen", { name })} onClick={() => (open.value = !open.value)}>
            <Icon name={open.value ? "down" : "right"} />
          </button>
        ) : (
          <span class="no-button" />
        )}
        <a href={linkTo({ selection: { type: "area", ref: { kind, code: area.code } } })} {...(chosen ? { "aria-current": "true" } : {})}>
          <span class="area-name"><Name of={name} /></span> <span class="code">{area.code}</span>
        </a>
      </div>
      {open.value && (
        <div id={id} class="inside">
          {lists === null ? <Rows /> : lists.every((l) => l.areas.length === 0) ? <p class="soft">{tList("listEmpty")}</p> : lists.map((l) => <Section key={l.kind} {...l} depth={depth === 2 ? 3 : 4} />)}
        </div>
      )}
    </li>
  );
}

function Section({ kind, areas, depth }: { kind: Kind; areas: ListedArea[]; depth: Depth }): JSX.Element | null {
  const Heading = `h${depth}` as const;
  if (areas.length === 0) return null;
  return (
    <section>
      <Heading>
        {t(`${kind}s`)} <span class="count">{formatNumber(areas.length, language.value)}</span>
      </Heading>
      <ul class="entries">
        {areas.map((a) => (
          <Entry key={a.code} kind={kind} area={a} depth={depth} />
        ))}
      </ul>
    </section>
  );
}

/** All areas as a list: what the map says, for those who do not see it. */
export function ListPage({ canShowMap }: { canShowMap: boolean }): JSX.Element {
  const lists = useAreas(["district", "township"], null, true);
  const district = lists?.[0]?.areas[0];
  useEffect(() => {
    if (lists?.some((l) => l.areas.some((a) => a.synthetic === true)) === true) synthetic.value = true;
  }, [lists]);
  const townships = lists?.[1]?.areas ?? [];
  return (
    <div class="list">
      <h1>{district === undefined ? tList("listTitle") : nameOf(district)}</h1>
      <p class="soft">{tList(canShowMap ? "listHelp" : "listNoMap")}</p>
      {sentFromHere().length > 0 && (
        <p>
          <a href={linkTo({ view: "follow", params: {} })}>{t("myReports")}</a>
        </p>
      )}
      <SyntheticNote />
      {lists === null ? problem.value === null && <Rows /> : townships.length === 0 ? <p>{tList("listNothing")}</p> : <Section kind="township" areas={townships} depth={2} />}
    </div>
  );
}
