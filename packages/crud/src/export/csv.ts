/**
 * A line of comma-separated values (RFC 4180), for spreadsheets. A text that one would take for a formula gets an apostrophe
 * before it, which spreadsheets take as "this is text" (OWASP, CSV injection). Numbers stay numbers.
 */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(",")}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const harmless = beginsFormula.test(text) ? `'${text}` : text;
  // Quoted whenever it could be split: at a semicolon, too, where that separates cells.
  return plain.test(harmless) ? harmless : `"${harmless.replaceAll('"', '""')}"`;
}

/** What begins a formula in one spreadsheet or another, its full-width form in some, and what they skip before it. */
const beginsFormula = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;
const plain = /^[\p{L}\p{N}_.:/-]*$/u;
