import { getTableName } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

/**
 * A column of a table by its name in the code.
 *
 * @throws when there is none: a scope that names it would let everybody pass, or nobody.
 */
export function columnOf(table: PgTable, name: string): PgColumn {
  // The cast: Drizzle keeps a table's columns as its properties, beside others.
  const column = (table as unknown as Readonly<Record<string, PgColumn | undefined>>)[name];
  if (column === undefined || !Object.hasOwn(table, name)) {
    throw new Error(`Table "${getTableName(table)}" has no column "${name}". Name one of its columns.`);
  }
  return column;
}
