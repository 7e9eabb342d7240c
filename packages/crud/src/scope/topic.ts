import { getTableName } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

import { rowsTopic, type WatchedRows } from "@countersign/db";

import { columnOf } from "./column.ts";

/**
 * Rows whose changes are told apart by a column, as a scope's.
 *
 * @throws when it is no text: it could be spelled in two ways
 */
export function watchedBy(table: PgTable, column: string): WatchedRows {
  const { name, dataType } = columnOf(table, column);
  if (dataType !== "string") {
    throw new Error(`Column "${name}" of "${getTableName(table)}" is no text. Let a scope stand on ids only.`);
  }
  return { table: getTableName(table), column: name };
}

/** All rows of a table, told alike. */
export function watchedAsOne(table: PgTable): WatchedRows {
  return { table: getTableName(table), column: null };
}

/** What is touched when a row with this value in this column changes, as in `rows:notes:owner_id:0192…`. */
export function topicOf(table: PgTable, column: string, value: unknown): string {
  return rowsTopic(watchedBy(table, column), value);
}
