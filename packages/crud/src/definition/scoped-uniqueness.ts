import { getTableName } from "drizzle-orm";
import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";

/**
 * A column a user may write must not be unique over all users: whoever tries a value would learn whether somebody else has it.
 *
 * @throws when there is such a column.
 */
export function requireScopedUniqueness(
  table: PgTable,
  scopeColumns: readonly string[],
  fields: readonly string[],
): void {
  const { columns, indexes, primaryKeys, uniqueConstraints } = getTableConfig(table);
  // The cast: Drizzle keeps a table's columns as its properties.
  const named = table as unknown as Readonly<Record<string, { readonly name: string } | undefined>>;
  const nameOf = (field: string) => named[field]?.name ?? field;
  const scoped = new Set(scopeColumns.map(nameOf));
  const written = new Set(fields.map(nameOf));

  const uniques = [
    ...columns.filter((column) => column.isUnique).map((column) => [column.name]),
    ...uniqueConstraints.map((constraint) => constraint.columns.map((column) => column.name)),
    ...primaryKeys.map((key) => key.columns.map((column) => column.name)),
    ...indexes
      .filter((index) => index.config.unique)
      .map((index) => index.config.columns.map((column) => ("name" in column ? String(column.name) : ""))),
  ];
  const revealing = uniques.find(
    (unique) => unique.some((name) => written.has(name)) && !unique.some((name) => scoped.has(name)),
  );
  if (!revealing) return;
  throw new Error(
    `crudRouter of "${getTableName(table)}": (${revealing.join(", ")}) is unique over all users, so that trying a value would ` +
      `tell whether somebody has it. Add a column of the scope (${[...scoped].join(", ") || "none"}) to the unique index.`,
  );
}
