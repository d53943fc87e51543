import type { JSX } from "preact";
import type { Tool } from "./tool";

const paths: Record<Tool | "undo" | "redo", string> = {
  move: "M12 3v18M3 12h18M12 3l-2.500 3M12 3l2.500 3M12 21l-2.500-3M12 21l2.500-3M3 12l3-2.500M3 12l3 2.500M21 12l-3-2.500M21 12l-3 2.500",
  insert: "M3 17l6-4M15 9l6-4M12 8.500a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM17 15v6M14 18h6",
  remove: "M3 17l6-4M15 9l6-4M12 8.500a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM14 18h6",
  split: "M4 6l8-2 8 3-1 11-8 2-7-4V6ZM8 21 15 3",
  merge: "M4 5h7v14H4V5ZM13 5h7v14h-7V5ZM8 12h8M14 9.500l2.500 2.500-2.500 2.500",
  brush: "M14.500 4.500l5 5-8.500 6-2.500-2.500 6-8.500ZM8 13.500c-3 0-3 3-5 4.500 2 2 7 2 7.500-2",
  create: "M5 8l7-4 7 4v6l-7 5-7-5V8ZM12 8.500v6M9 11.500h6",
  undo: "M8 5 4 9l4 4M4 9h10a5.500 5.500 0 0 1 0 11h-3",
  redo: "M16 5l4 4-4 4M20 9H10a5.500 5.500 0 0 0 0 11h3",
};

/** A line drawing of a tool; its button has the words. */
export function ToolIcon({ name }: { name: keyof typeof paths }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
