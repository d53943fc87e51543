import type { Basis } from "../types";
import type { Box } from "./types";

/** The size of the cells in which points are found, in 1e-7 degrees: about 300 metres. */
const cell = 32_768;

/** Reports and homes as places with numbers, to be found by box. Never changes. */
export class PointSet {
  readonly size: number;
  readonly lon: Int32Array;
  readonly lat: Int32Array;
  /** Hundredths of a household; 0 for a report. */
  readonly hundredths: Int32Array;
  /** 1 for a report of the window. */
  readonly reports: Uint8Array;
  /** 1 for a report with which somebody has something to do. */
  readonly open: Uint8Array;
  private readonly west: number;
  private readonly south: number;
  private readonly columns: number;
  private readonly rows: number;
  private readonly starts: Int32Array;

  /** Takes the homes, and the reports of the last `days` days; open ones of any age are counted as open. */
  constructor({ homes, reports }: Pick<Basis, "homes" | "reports">, days: number) {
    const n = homes.lon_e7.length + reports.lon_e7.length;
    const lon = (i: number) => (i < homes.lon_e7.length ? homes.lon_e7[i] : reports.lon_e7[i - homes.lon_e7.length]) as number;
    const lat = (i: number) => (i < homes.lat_e7.length ? homes.lat_e7[i] : reports.lat_e7[i - homes.lat_e7.length]) as number;
    let [west, south, east, north] = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      west = i === 0 ? lon(i) : Math.min(west, lon(i));
      east = i === 0 ? lon(i) : Math.max(east, lon(i));
      south = i === 0 ? lat(i) : Math.min(south, lat(i));
      north = i === 0 ? lat(i) : Math.max(north, lat(i));
    }
    this.size = n;
    this.west = west;
    this.south = south;
    // What lies far out shares the cells at the rim.
    this.columns = Math.min(Math.floor((east - west) / cell) + 1, 1024);
    this.rows = Math.min(Math.floor((north - south) / cell) + 1, 1024);
    this.lon = new Int32Array(n);
    this.lat = new Int32Array(n);
    this.hundredths = new Int32Array(n);
    this.reports = new Uint8Array(n);
    this.open = new Uint8Array(n);
    this.starts = new Int32Array(this.columns * this.rows + 1);
    const cells = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const c = this.row(lat(i)) * this.columns + this.column(lon(i));
      cells[i] = c;
      this.starts[c + 1] = (this.starts[c + 1] as number) + 1;
    }
    for (let c = 1; c < this.starts.length; c++) this.starts[c] = (this.starts[c] as number) + (this.starts[c - 1] as number);
    const next = this.starts.slice();
    for (let i = 0; i < n; i++) {
      const c = cells[i] as number;
      const at = next[c] as number;
      next[c] = at + 1;
      this.lon[at] = lon(i);
      this.lat[at] = lat(i);
      const report = i - homes.lon_e7.length;
      if (report < 0) {
        this.hundredths[at] = homes.hundredths[i] as number;
      } else {
        this.reports[at] = (reports.age_days[report] as number) < days ? 1 : 0;
        this.open[at] = reports.open[report] as number;
      }
    }
  }

  /** Calls visit for every point in a box, its edges included. */
  eachIn(box: Box, visit: (point: number) => void): void {
    if (!(box.west <= box.east && box.south <= box.north)) return;
    const { lon, lat, starts } = this;
    const last = this.column(box.east);
    for (let row = this.row(box.south); row <= this.row(box.north); row++) {
      const end = starts[row * this.columns + last + 1] as number;
      for (let i = starts[row * this.columns + this.column(box.west)] as number; i < end; i++) {
        const x = lon[i] as number;
        const y = lat[i] as number;
        if (x >= box.west && x <= box.east && y >= box.south && y <= box.north) visit(i);
      }
    }
  }

  private column(lon: number): number {
    return Math.min(Math.max(Math.floor((lon - this.west) / cell), 0), this.columns - 1);
  }

  private row(lat: number): number {
    return Math.min(Math.max(Math.floor((lat - this.south) / cell), 0), this.rows - 1);
  }
}
