import { or, type SQL, sql } from "drizzle-orm";

/** No row. */
export const noRow: SQL = sql`1 = 0`;
/** Every row. */
export const everyRow: SQL = sql`1 = 1`;

/**
 * The rows that one of these conditions finds. A branch that is closed, or open to all, is not left for the database to see
 * through: SQLite reads the whole table for `owner_id = ? or 1 = 0`.
 */
export function anyRow(conditions: readonly SQL[]): SQL {
  if (conditions.includes(everyRow)) return everyRow;
  return or(...conditions.filter((condition) => condition !== noRow)) ?? noRow;
}
