import { getTableColumns } from "drizzle-orm";
import { getTableConfig, type PgColumn } from "drizzle-orm/pg-core";

/**
 * Does the column hold ids that the library made, so that nothing else can be in it? The `id` of a table that rows are served
 * from, of users, and what refers to one of them. Another key may look otherwise, as the letters of a country do.
 */
export function isId(column: PgColumn): boolean {
  if (isMadeHere(column)) return true;
  const references = getTableConfig(column.table).foreignKeys.map((key) => key.reference());
  return references.some(({ columns, foreignColumns }) => {
    const at = columns.indexOf(column);
    const foreign = foreignColumns[at];
    return foreign !== undefined && isMadeHere(foreign);
  });
}

function isMadeHere(column: PgColumn): boolean {
  const { name } = getTableConfig(column.table);
  return column.name === "id" && (name === "users" || Object.hasOwn(getTableColumns(column.table), "version"));
}
