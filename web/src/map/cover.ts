/** Space at the rims of the map that cards cover, in pixels. */
export interface Cover {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** Says what of the map is under the search box and the panel. */
export function cover(): Cover {
  const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();
  const panel = box(".panel");
  const top = box(".top")?.bottom ?? 0;
  if (panel === undefined) return { top, right: 0, bottom: 0, left: 0 };
  const side = panel.width < innerWidth * 0.9;
  return side ? { top, right: 0, bottom: 0, left: panel.right } : { top, right: 0, bottom: innerHeight - panel.top, left: 0 };
}
