import type { Dialect } from "../database.ts";

import type { ColumnKind, CopiedTable } from "./copied-table.ts";

/**
 * A row on its way, in the order of the table's columns. Whatever its kind, a value is a text that loses nothing: flags are 0
 * and 1, instants milliseconds since the epoch, counts digits, JSON its text.
 */
export type CopiedRow = readonly (string | null)[];

/** Some rows, and what is wrong with others: each names its row. */
export interface RowBatch {
  readonly rows: readonly CopiedRow[];
  readonly problems: readonly string[];
}

/** What is wrong with a row that the target could not keep as it is; null when it can. */
export function findProblem(table: CopiedTable, row: CopiedRow, target: Dialect): string | null {
  for (const [index, { name, kind }] of table.columns.entries()) {
    const value = row[index] ?? null;
    const reason = value === null ? null : whyNotKept(kind, value, target);
    if (reason !== null) return `${nameRow(table, row)}, column ${name}: ${reason}`;
  }
  return null;
}

/** As in `tasks id=0192…`. */
export function nameRow(table: CopiedTable, row: CopiedRow): string {
  const key = table.key.map((index) => `${table.columns[index]?.name}=${row[index] ?? "null"}`);
  return [table.name, ...key].join(" ");
}

function whyNotKept(kind: ColumnKind, value: string, target: Dialect): string | null {
  switch (kind) {
    case "text":
      return target === "postgres" && value.includes("\0")
        ? "holds a NUL character, which Postgres cannot keep."
        : null;
    case "flag":
      return value === "0" || value === "1" ? null : `is ${value}, which is neither yes (1) nor no (0).`;
    case "instant":
      return isInstant(value) ? null : `is ${value}, which is no instant in milliseconds that Postgres can keep.`;
    case "count":
      return isWhole(value) ? null : `is ${value}, which is no whole number.`;
    case "json":
      return whyNoJson(value, target);
  }
}

function isWhole(value: string): boolean {
  return /^-?\d{1,19}$/.test(value);
}

/** From 4714 BC, where Postgres begins, to the year 275760, where JavaScript ends. */
function isInstant(value: string): boolean {
  return isWhole(value) && Number(value) >= -210_866_803_200_000 && Number(value) <= 8_640_000_000_000_000;
}

function whyNoJson(text: string, target: Dialect): string | null {
  let isKept = true;
  try {
    JSON.parse(text, (key, value: unknown) => {
      isKept &&= isKeptByJsonb(key) && (typeof value !== "string" || isKeptByJsonb(value));
      return value;
    });
  } catch {
    return "holds something that is no JSON.";
  }
  return isKept || target === "sqlite"
    ? null
    : "holds JSON with a NUL, or half a character, which Postgres cannot keep.";
}

function isKeptByJsonb(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}
