import { effect, useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { GridMap } from "../map/gridmap";
import { tell } from "../state/store";
import { addCorner, drop, dropCorner, finish, insertAt, mayEdit, nudge, removeAt, take, tellLocked } from "./acts";
import { chosenArea, held, keyName, letGo, line, topology, type Corner } from "./desk";
import { degrees, samePlace, snapped } from "./model/lattice";
import type { LatticePoint, Topology } from "./model/types";
import { t } from "./text";
import { tool, type Tool } from "./tool";

/** How far an arrow moves, in pixels of the screen: by itself, and with Shift. */
const stepPx = { fine: 1, far: 10 };

const arrows: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Gives the places the keyboard goes through for a tool: the nodes of an area that it can do something to, or the middles of its sides. */
function stopsOf(all: Topology, area: string, by: Tool): readonly LatticePoint[] {
  // These work on whole areas, which the panel lists.
  if (by === "merge" || by === "brush") return [];
  const nodes = all.nodesOf(area);
  if (by === "move" || by === "remove") return nodes.filter((q) => all.lockedAt(q) === null);
  if (by !== "insert") return nodes;
  return nodes.flatMap((p, i) => {
    const q = nodes[(i + 1) % nodes.length] ?? p;
    // Between the last node of a ring and the first of the next there is no side.
    const side = all.nearestEdge({ lon: Math.round((p.lon + q.lon) / 2), lat: Math.round((p.lat + q.lat) / 2) }, 0.5, { areas: [area] });
    return side === null ? [] : [side.at];
  });
}

/**
 * The place where the keyboard works on the map: Tab goes through the nodes of
 * the chosen area, arrows move, Enter does what the tool does there, Escape
 * gives it up, and leaves where there is nothing to give up.
 */
export function Cursor({ grid, project }: { grid: GridMap; project: (q: LatticePoint) => { x: number; y: number } }): JSX.Element | null {
  const at = useSignal<LatticePoint | null>(null);
  const number = useSignal(-1);
  const said = useSignal("");
  const here = useSignal(false);
  const handle = useRef<HTMLDivElement>(null);
  const stops = useComputed(() => {
    const [own, all] = [chosenArea.value, topology.value];
    return own === null || all === null ? [] : stopsOf(all, own.key, tool.value);
  });
  // Another area or tool, another way through it.
  const way = useComputed(() => `${chosenArea.value?.key ?? ""} ${tool.value}`);
  // At once, and not after the page is drawn: the next key may be on its way.
  useEffect(
    () =>
      effect(() => {
        void way.value;
        number.value = -1;
        at.value = null;
        said.value = "";
      }),
    [],
  );

  const show = (q: LatticePoint) => {
    const { x, y } = project(q);
    const { clientWidth: w, clientHeight: h } = grid.map.getContainer();
    const left = innerWidth >= 896 ? 420 : 40;
    const foot = innerWidth >= 896 ? 40 : innerHeight * 0.5;
    if (x < left || y < 110 || x > w - 40 || y > h - foot) grid.map.jumpTo({ center: degrees(q) });
  };
  const goTo = (i: number) => {
    const q = stops.peek()[i];
    if (q === undefined) return;
    number.value = i;
    at.value = q;
    show(q);
    const all = topology.peek();
    const users = tool.peek() === "insert" ? [] : (all?.usersOf(q) ?? []);
    const names = users.filter((u) => u.kind === chosenArea.peek()?.kind).map((u) => keyName(u.key));
    said.value = t(tool.peek() === "insert" ? "sideSays" : "nodeSays", { n: i + 1, of: stops.peek().length, areas: names.join(t("and")) });
  };
  const corner = (): Corner | null => {
    const q = at.peek();
    if (q === null) return null;
    const onNode = (topology.peek()?.usersOf(q).length ?? 0) > 0;
    return { at: q, on: onNode ? "node" : null };
  };
  const moveBy = (dx: number, dy: number) => {
    const q = at.peek();
    if (q === null) return;
    const { x, y } = project(q);
    const { lng, lat } = grid.map.unproject([x + dx, y + dy]);
    const to = snapped([lng, lat]);
    if (tool.peek() === "move") {
      const now = held.peek();
      const from = now === null ? q : now.move.from;
      const by = topology.peek()?.lockedAt(from) ?? null;
      if (by !== null) {
        tellLocked(by);
        return;
      }
      if (!mayEdit()) return;
      if (now === null) take(q);
      nudge(from, to);
    } else if (tool.peek() === "insert" || tool.peek() === "remove") return;
    at.value = to;
    said.value = t("placeSays", { lat: (to.lat / 1e7).toFixed(5), lon: (to.lon / 1e7).toFixed(5) });
    show(to);
  };
  const enter = async (whole: boolean) => {
    const q = at.peek();
    if (!mayEdit()) return;
    switch (tool.peek()) {
      case "move":
        if (held.peek() !== null && (await drop())) said.value = t("dropped");
        return;
      case "insert":
        if (q !== null) {
          insertAt(q);
          said.value = t("inserted");
        }
        return;
      case "remove": {
        const near = q === null ? null : topology.peek()?.nearestNode(q, 0.5);
        if (near) removeAt(near);
        return;
      }
      case "split":
      case "create": {
        const c = corner();
        if (whole) finish();
        else if (c !== null) {
          addCorner(c);
          said.value = t("cornerSays", { n: line.peek().length });
        }
        return;
      }
      default:
        tell(t("useList"));
    }
  };
  const press = (e: KeyboardEvent) => {
    const arrow = arrows[e.key];
    if (e.key === "Tab" && stops.peek().length > 0 && !e.ctrlKey && !e.altKey) {
      const next = number.peek() + (e.shiftKey ? -1 : 1);
      // Past the ends the focus goes on through the page.
      if (next < 0 || next >= stops.peek().length) {
        number.value = -1;
        return;
      }
      if (tool.peek() === "move") held.value = null;
      goTo(next);
    } else if (arrow !== undefined && !e.ctrlKey && !e.altKey) {
      const by = e.shiftKey ? stepPx.far : stepPx.fine;
      moveBy(arrow[0] * by, arrow[1] * by);
    } else if (e.key === "Enter") void enter(e.ctrlKey || e.metaKey);
    else if (e.key === "Escape") {
      const start = held.peek()?.move.from ?? null;
      if (letGo()) {
        if (start !== null) at.value = start;
        said.value = t("letGo");
      } else document.querySelector<HTMLElement>(".plan-tools [aria-pressed=true]")?.focus();
    } else if (e.key === "Backspace" && (tool.peek() === "split" || tool.peek() === "create")) dropCorner();
    else if (e.key === "Delete" && tool.peek() === "move") {
      const q = at.peek();
      const near = q === null ? null : topology.peek()?.nearestNode(q, 0.5);
      if (near && mayEdit()) removeAt(near);
    } else if (e.key === "+" || e.key === "=") grid.zoomIn();
    else if (e.key === "-") grid.zoomOut();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const q = at.value;
  const known = q !== null && !samePlace(q, { lon: 0, lat: 0 });
  const { x, y } = known ? project(q) : { x: 0, y: 0 };
  return (
    <>
      <div
        ref={handle}
        class={`plan-cursor${known ? "" : " nowhere"}`}
        style={known ? { left: `${x}px`, top: `${y}px` } : {}}
        tabIndex={0}
        role="application"
        aria-label={t("stage")}
        aria-describedby="plan-keys"
        onKeyDown={press}
        onFocus={() => {
          here.value = true;
          if (at.peek() !== null) return;
          if (stops.peek().length > 0) goTo(0);
          else said.value = t(tool.peek() === "merge" || tool.peek() === "brush" ? "useList" : chosenArea.peek() === null ? "stageNeeds" : "noneToMove");
        }}
        onBlur={() => (here.value = false)}
      />
      <p id="plan-keys" class="visually-hidden">
        {t("keysHelp")}
      </p>
      <p class="visually-hidden" role="status">
        {said.value}
      </p>
      {here.value && said.value !== "" && (
        <p class="plan-says" aria-hidden="true">
          {said.value}
        </p>
      )}
    </>
  );
}
