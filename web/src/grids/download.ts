import { mu } from "../units/format";
import { csvOf } from "./csv";
import { filled, gridPosts, type Row } from "./rows";
import { className, t } from "./text";

/** Gives the rows as a file for spreadsheets, as they are shown, in whole numbers and both units. */
export function fileOf(rows: readonly Row[]): string {
  const heads = [t("code"), t("name"), t("township"), t("class"), t("households"), t("population"), t("areaKm2"), t("areaMu"), ...gridPosts.map((p) => t(p)), t("vacant")];
  const lines = rows.map((r) => {
    const staff = gridPosts.map((post) =>
      post === "grid_member"
        ? `${filled(r.seats[post])}/${r.seats[post].length}`
        : r.seats[post].map((s) => (s.vacant === true ? [t("vacantSeat"), s.name === undefined ? "" : t("acting", { name: s.name })].filter((x) => x !== "").join(" ") : (s.name ?? ""))).join(" "),
    );
    return [r.code, r.name, r.township, className(r.class), r.households, r.population, Number((r.areaM2 / 1e6).toFixed(4)), Number((r.areaM2 / mu).toFixed(1)), ...staff, r.vacant];
  });
  return csvOf(heads, lines);
}

/** Gives the browser a text to keep as a file. */
export function keep(text: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
