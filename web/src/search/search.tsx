import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Hit } from "../api/types";
import { nameOf, t, word } from "../i18n/i18n";
import { cover } from "../map/cover";
import { gridMap } from "../map/handle";
import { selection, view } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { searchSoon } from "./soon";
import { tSearch } from "./text";

/** How long a pause in typing is, in milliseconds, before the server is asked. */
const pauseMs = 120;
const limit = 12;

/** Goes to what was found: the map shows it, and an area opens in the panel. */
function goTo(hit: Hit): void {
  const { kind, code, bbox } = hit.properties;
  const isArea = kind !== undefined && code !== undefined;
  if (isArea) selection.value = { type: "area", ref: { kind, code } };
  else view.value = "map";
  requestAnimationFrame(() => {
    if (bbox !== undefined && !isArea) gridMap.peek()?.showBox(bbox, cover());
  });
}

function about(hit: Hit): string {
  const { kind, code, class: sort } = hit.properties;
  return kind === undefined ? word(sort ?? "") : `${t(kind)} · ${code ?? ""}`;
}

/** The search box: a combobox whose list is walked with the arrow keys. */
export function Search(): JSX.Element {
  const text = useSignal("");
  const hits = useSignal<Hit[] | null>(null);
  const failed = useSignal(false);
  const open = useSignal(false);
  const active = useSignal(-1);
  const hurried = useRef(false); // Enter came before the answer
  const askedFor = useRef("");
  const input = useRef<HTMLInputElement>(null);

  const choose = (hit: Hit) => {
    text.value = nameOf(hit.properties);
    askedFor.current = text.value.trim();
    open.value = false;
    input.current?.blur();
    goTo(hit);
  };
  useEffect(() => {
    const asked = text.value.trim();
    active.value = -1;
    hurried.current = false;
    if (asked === "") {
      hits.value = null;
      return;
    }
    const show = (found: Hit[]) => {
      hits.value = found;
      askedFor.current = asked;
      failed.value = false;
      if (hurried.current && found[0] !== undefined) choose(found[0]);
      hurried.current = false;
    };
    return searchSoon(asked, limit, pauseMs, show, () => (failed.value = true));
  }, [text.value]);

  const key = (e: KeyboardEvent) => {
    const list = hits.value ?? [];
    if (e.isComposing) return;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      open.value = true;
      if (list.length > 0) active.value = (active.value + (e.key === "ArrowDown" ? 1 : active.value < 0 ? 0 : -1) + list.length) % list.length;
      document.getElementById(`hit-${active.value}`)?.scrollIntoView({ block: "nearest" });
    } else if (e.key === "Enter") {
      const hit = list[Math.max(active.value, 0)];
      if (askedFor.current !== text.value.trim()) hurried.current = true;
      else if (hit !== undefined) choose(hit);
    } else if (e.key === "Escape") {
      e.stopPropagation();
      if (open.value) open.value = false;
      else text.value = "";
    }
  };

  const list = hits.value ?? [];
  const shown = open.value && text.value.trim() !== "" && (hits.value !== null || failed.value);
  return (
    <div class="search" role="search" onFocusOut={(e) => { if (!(e.relatedTarget instanceof Node && e.currentTarget.contains(e.relatedTarget))) open.value = false; }}>
      <div class="search-box card">
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          role="combobox"
          inputMode="search"
          enterkeyhint="search"
          autocomplete="off"
          spellcheck={false}
          maxLength={80}
          aria-label={tSearch("searchLabel")}
          placeholder={tSearch("searchHint")}
          aria-expanded={shown}
          aria-controls="hits"
          aria-autocomplete="list"
          {...(shown && active.value >= 0 ? { "aria-activedescendant": `hit-${active.value}` } : {})}
          value={text.value}
          onInput={(e) => { text.value = e.currentTarget.value; open.value = true; }}
          onFocus={() => (open.value = true)}
          onKeyDown={key}
        />
        {text.value !== "" && (
          <button type="button" class="icon-button" aria-label={t("searchClear")} onClick={() => { text.value = ""; input.current?.focus(); }}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <div class="hits card" hidden={!shown}>
        <ul id="hits" role="listbox" aria-label={tSearch("searchResults")}>
          {list.map((hit, i) => (
            <li
              key={hit.id}
              id={`hit-${i}`}
              role="option"
              aria-selected={i === active.value}
              onPointerDown={(e) => e.preventDefault()}
              onClick={() => choose(hit)}
            >
              <Icon name={hit.properties.type === "area" ? "area" : "road"} />
              <span class="hit-name"><Name of={nameOf(hit.properties)} /></span>
              <span class="hit-about">{about(hit)}</span>
            </li>
          ))}
        </ul>
        {failed.value && <p class="hits-note">{tSearch("searchFailed")}</p>}
        {!failed.value && list.length === 0 && <p class="hits-note">{tSearch("searchNothing", { text: text.value.trim() })}</p>}
      </div>
      <p class="visually-hidden" role="status">
        {shown && list.length > 0 ? tSearch("searchCount", { n: list.length }) : ""}
      </p>
    </div>
  );
}
