import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Kind } from "../api/types";
import type { GridMap } from "../map/gridmap";
import { Cursor } from "./cursor";
import { cursor, held, hover, line, outline, topology } from "./desk";
import type { Edge, LatticePoint } from "./model/types";
import { tool } from "./tool";

/** The widest of the kinds that have a side gives it its look. */
const ranks: readonly Kind[] = ["district", "township", "village", "grid", "village_group", "compound"];

function lookOf(users: Edge["users"]): Kind {
  return ranks.find((k) => users.some((u) => u.kind === k)) ?? "compound";
}

type Project = (q: LatticePoint) => { x: number; y: number };

function Side({ of, project }: { of: Edge; project: Project }): JSX.Element {
  const [a, b] = [project(of.a), project(of.b)];
  return (
    <>
      <line class="stage-lit" x1={a.x} y1={a.y} x2={b.x} y2={b.y} />
      <line class={`stage-side stage-${lookOf(of.users)}`} x1={a.x} y1={a.y} x2={b.x} y2={b.y} />
    </>
  );
}

function Dot({ at, project, kind, r = 7 }: { at: LatticePoint; project: Project; kind: string; r?: number }): JSX.Element {
  const { x, y } = project(at);
  return <circle class={`stage-dot ${kind}`} cx={x} cy={y} r={r} />;
}

/** What is held: the sides on their way, where they were, and what the node would snap to. */
function Held({ project }: { project: Project }): JSX.Element | null {
  const now = held.value;
  if (now === null) return null;
  const { move, snap } = now;
  const { x, y } = project(move.to);
  const was = project(move.from);
  return (
    <>
      {topology.peek()?.edgesAt(move.from).map((e, i) => {
        const [a, b] = [project(e.a), project(e.b)];
        return <line key={`was${i}`} class="stage-was" x1={a.x} y1={a.y} x2={b.x} y2={b.y} />;
      })}
      {snap?.to === "edge" && <Side of={{ a: snap.a, b: snap.b, users: snap.users }} project={project} />}
      {move.edges.map((e, i) => <Side key={i} of={e} project={project} />)}
      <line class="stage-way" x1={was.x} y1={was.y} x2={x} y2={y} />
      <Dot at={move.to} project={project} kind="held" r={8} />
      {snap !== null && <circle class="stage-snap" data-snap={snap.to} cx={x} cy={y} r={14} />}
    </>
  );
}

/** What would be taken hold of: the node with all the sides that go with it, or the place of a new one. */
function Hover({ project }: { project: Project }): JSX.Element | null {
  const now = hover.value;
  if (now === null || held.value !== null) return null;
  if ("snap" in now) {
    const { snap } = now;
    return (
      <>
        <Side of={{ a: snap.a, b: snap.b, users: snap.users }} project={project} />
        <Dot at={snap.at} project={project} kind="new" />
      </>
    );
  }
  const { node } = now;
  if (node.locked !== null) {
    const { x, y } = project(node.node);
    return (
      <g class="stage-lock" transform={`translate(${x} ${y})`}>
        <circle r="11" />
        <path d="M-4 -1h8v6h-8zM-2.500 -1v-2a2.500 2.500 0 0 1 5 0v2" />
      </g>
    );
  }
  return (
    <>
      {topology.value?.edgesAt(node.node).map((e, i) => <Side key={i} of={e} project={project} />)}
      <Dot at={node.node} project={project} kind={tool.value === "remove" ? "gone" : "over"} r={8} />
    </>
  );
}

/** The line that is drawn, on to where the pointer is. */
function Line({ project }: { project: Project }): JSX.Element | null {
  const drawn = line.value;
  const next = outline.value === null ? cursor.value : null;
  if (drawn.length === 0 && next === null) return null;
  const all = [...drawn.map((c) => c.at), ...(next === null ? [] : [next.at])].map(project);
  const closed = tool.value === "create" && all.length > 2;
  const d = all.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("") + (closed ? "Z" : "");
  const end = next === null ? undefined : project(next.at);
  return (
    <>
      <path class={`stage-cut${closed ? " closed" : ""}`} d={d} />
      {drawn.map((c, i) => <Dot key={i} at={c.at} project={project} kind={c.on === null ? "corner" : "corner on"} r={5} />)}
      {next?.on != null && end !== undefined && <circle class="stage-snap" data-snap={next.on} cx={end.x} cy={end.y} r={12} />}
    </>
  );
}

/** All that moves under the hand, drawn over the map: the map itself would be a frame late. */
export function Stage({ grid }: { grid: GridMap }): JSX.Element {
  const view = useSignal(0);
  useEffect(() => {
    const moved = () => (view.value += 1);
    grid.map.on("move", moved);
    grid.map.on("resize", moved);
    return () => {
      grid.map.off("move", moved);
      grid.map.off("resize", moved);
    };
  }, [grid]);
  useSignalEffect(() => {
    const canvas = grid.map.getCanvas();
    const now = hover.value;
    const busy = held.value !== null;
    const tools: Record<string, string> = { split: "crosshair", create: "crosshair", brush: "cell" };
    canvas.style.cursor = busy ? "grabbing" : now !== null ? ("node" in now && now.node.locked !== null ? "not-allowed" : "pointer") : (tools[tool.value] ?? "");
    return () => (canvas.style.cursor = "");
  });
  void view.value;
  const project: Project = (q) => grid.map.project([q.lon / 1e7, q.lat / 1e7]);
  return (
    <>
      <svg class="plan-stage" aria-hidden="true">
        <Hover project={project} />
        <Held project={project} />
        <Line project={project} />
      </svg>
      <Cursor grid={grid} project={project} />
    </>
  );
}
