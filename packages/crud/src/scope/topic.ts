import { getTableName } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

/** What is touched when a row of this table with this value in this column changes, as in `rows:notes:owner_id:0192…`. */
export function rowsTopic(table: PgTable, column: string, value: unknown): string {
  return `rows:${getTableName(table)}:${column}:${String(value)}`;
}

/** What is touched when any row of the table changes. */
export function tableTopic(table: PgTable): string {
  return `rows:${getTableName(table)}`;
}
