import type { JSX } from "preact";

const paths = {
  search: "M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13ZM15.3 15.3 20 20",
  close: "M6 6l12 12M18 6 6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  layers: "M12 4 3 9l9 5 9-5-9-5ZM3.5 14 12 18.7 20.5 14",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  position: "M12 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM12 2.5v3.5M12 18v3.5M2.5 12H6M18 12h3.5",
  phone: "M6.5 4h3l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5v3A2 2 0 0 1 18 20 14 14 0 0 1 4 6a2 2 0 0 1 2.5-2Z",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
  right: "M9 6l6 6-6 6",
  link: "M10 14a4 4 0 0 0 6 .4l3-3A4 4 0 0 0 13.400 5.700L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.600 5.700L12 17",
  map: "M9 4 3.500 6v14L9 18l6 2 5.500-2V4L15 6 9 4ZM9 4v14M15 6v14",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  road: "M7 20 10 4M17 20 14 4M12 5v2M12 11v2M12 17v2",
  area: "M5 8l7-4 7 4v8l-7 4-7-4V8Z",
  print: "M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7v-6Z",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4V8ZM12 10a3.25 3.25 0 1 1 0 6.5 3.25 3.25 0 0 1 0-6.5Z",
  back: "M15 6l-6 6 6 6",
  send: "M4 12 20 4.5 15.5 20l-4-6.5L4 12ZM11.5 13.5 20 4.5",
  share: "M12 15V4M8.5 7 12 3.5 15.5 7M6.5 11H5v9h14v-9h-1.5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  flag: "M6 21V4M6 4.5h11l-2.5 4 2.5 4H6",
} as const;

/** A line drawing that says nothing a screen reader needs: its button has the words. */
export function Icon({ name }: { name: keyof typeof paths }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
