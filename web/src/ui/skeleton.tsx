import type { JSX } from "preact";

/** The outline of what has not come yet: a line for each word of `lines` ("wide", "tall", or "short" for the usual), and in words what is waited for. */
export function Skeleton({ says, lines }: { says: string; lines: string }): JSX.Element {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">{says}</span>
      {lines.split(" ").map((line, i) => (
        <i key={i} class={line} />
      ))}
    </div>
  );
}
