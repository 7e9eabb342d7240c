import type { Table } from "../benchmark.ts";

/** The table as GitHub's Markdown, aligned so that it reads well in a terminal too. */
export function formatTable({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows.map((row) => row.map(formatCell))];
  const widths = columns.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const isNumber = columns.map((_, column) => rows.every((row) => typeof row[column] !== "string"));

  const line = (row: readonly string[]) => `| ${row.map((cell, column) => pad(cell, column)).join(" | ")} |`;
  const pad = (cell: string, column: number) =>
    isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  const rule = widths.map((width, column) => (isNumber[column] ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));

  const [head = [], ...body] = cells;
  return [title, "", line(head), line(rule), ...body.map(line)].join("\n");
}

/** Three significant digits, which is more than any of these figures is good for. */
function formatCell(value: string | number | null): string {
  if (value === null) return "–";
  if (typeof value === "string") return value;
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 3 });
}
