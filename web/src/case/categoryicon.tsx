import type { JSX } from "preact";

/** One line drawing per category code, on the same 24 × 24 board as ui/icons.tsx. */
const paths: Record<string, string> = {
  // A flame.
  fire_safety: "M12 3c.6 3.2 5.5 5.4 5.5 10.5a5.5 5.5 0 0 1-11 0c0-2.3 1.1-3.9 2.3-5 .2 1.5.9 2.4 1.9 2.8C10.4 8.3 10.6 5.2 12 3ZM12 19a2.4 2.4 0 0 1-2.4-2.4c0-1.5 1.5-2 2.4-3.6.9 1.6 2.4 2.1 2.4 3.6A2.4 2.4 0 0 1 12 19Z",
  // A padlock.
  theft_prevention: "M6 10.5h12V20H6v-9.5ZM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5M12 14v2.5",
  // A building, and a storey that should not be there.
  illegal_building: "M3.5 20.5h17M5.5 20.5V11h13v9.5M10 20.5V16h4v4.5M8 8.3V7M8 4.3V3.5h1.5M12.5 3.5h-1M14.5 3.5H16v.8M16 7v1.3",
  // Steps with a box on them.
  stairway_clutter: "M3.5 20h17M3.5 20v-4H8v-4h4.5V8H17V4h3.5M14 12.5h6V18h-6v-5.5ZM14 15h6",
  // A tree behind a fence.
  occupied_green: "M12 21v-8M12 16l3-2.5M12 3a4.5 4.5 0 0 1 4.2 6.1A3.8 3.8 0 0 1 15.5 16.5M12 3a4.5 4.5 0 0 0-4.2 6.1A3.8 3.8 0 0 0 8.5 16.5H12M4 21h16",
  // A bin.
  garbage_environment: "M5 7h14M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.2 10.5l.4 6M13.8 10.5l-.4 6",
  // Two speech balloons.
  neighbour_dispute: "M4 4.5h10.5v7.5H9l-3 3v-3H4V4.5ZM17.5 9H20v7.5h-2v3l-3-3H9.5v-1.8",
  // Somebody with a stick.
  lonely_elder: "M10.5 3.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM8 21l1.2-5.5L8 13.5l.8-4.2 2.2-.3 2 3 3 .8M11 15.5 12.5 21M17 11.5V21M15.5 11.5H18",
  // A child with a balloon.
  left_behind_child: "M9 8a2.2 2.2 0 1 1 0 4.4A2.2 2.2 0 0 1 9 8ZM9 12.4v4.1M9 16.5 6.8 21M9 16.5l2.2 4.5M5.5 15.5 9 14l3.5 1.5 3.5-5M16.5 2.5a2.7 3.3 0 0 1 0 7.5 2.7 3.3 0 0 1 0-7.5Z",
  // A shield with a star's place.
  police_call: "M12 3l7 2.5v5.5c0 4.5-3 8-7 10-4-2-7-5.5-7-10V5.5L12 3ZM12 8v4.5M12 15.5h.01",
  // A street lamp and its cable.
  infrastructure: "M7 21V6a3 3 0 0 1 3-3h3.5M4.5 21h5M13.5 3h5l1.5 4.5h-8L13.5 3ZM13.5 10.5l-.7 2M16 10.5v2.5M18.5 10.5l.7 2",
};

/** For a category that is newer than this program. */
const unknown = "M6 12h.01M12 12h.01M18 12h.01M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z";

/** The drawing of a category; its name stands beside it, or in the button's words. */
export function CategoryIcon({ code }: { code: string }): JSX.Element {
  return (
    <svg class="icon category-icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
      <path d={Object.hasOwn(paths, code) ? (paths[code] ?? unknown) : unknown} />
    </svg>
  );
}
