/** What opens a table as UTF-8 in Excel. */
const bom = "\uFEFF";

/**
 * Writes a text as a field (RFC 4180). Spreadsheets take what begins with
 * =, +, -, @ or a control character for a formula; an apostrophe before it
 * keeps it a text.
 */
export function field(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r\n＝＋－＠]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes a table with its heads as a file for spreadsheets. */
export function csvOf(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return bom + [heads, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}
