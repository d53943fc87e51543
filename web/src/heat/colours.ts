/** The colours of the heat map for light or dark surroundings; screen.css has the same for the legend. */
export interface HeatColours {
  /** From few to many. Darker on a light ground, brighter on a dark one: YlOrRd, told apart by lightness alone. */
  ramp: readonly string[];
  /** Of a hexagon with too few reports to say. */
  few: string;
  /** Of one without a rate or statistics, in stripes. */
  without: string;
  /** Of those with significantly more, fewer, and neither: red against blue, which everybody tells apart, and of three lightnesses. */
  hot: string;
  cold: string;
  plain: string;
  line: string;
  /** Marks of single reports: three lightnesses, three shapes. */
  open: string;
  overdue: string;
  done: string;
  mark: string;
}

const light: HeatColours = {
  ramp: ["#fee08b", "#fdae4f", "#f46d32", "#cf2a27", "#800026"],
  few: "#cfcbc0",
  without: "#8d897e",
  hot: "#b11218",
  cold: "#4a97d2",
  plain: "#dcd8cd",
  line: "#fffdf8",
  open: "#d27c00",
  overdue: "#8c1410",
  done: "#6fa386",
  mark: "#ffffff",
};

const dark: HeatColours = {
  ramp: ["#6b1d2e", "#a8282f", "#e0532f", "#fb9a46", "#ffe79a"],
  few: "#454b51",
  without: "#7b838b",
  hot: "#ff9a6b",
  cold: "#3a78b8",
  plain: "#3b4147",
  line: "#15181b",
  open: "#f2a93b",
  overdue: "#ffc9c0",
  done: "#4f8468",
  mark: "#15181b",
};

/** Gives them. */
export function heatColours(isDark: boolean): HeatColours {
  return isDark ? dark : light;
}
