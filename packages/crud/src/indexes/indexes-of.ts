import { is } from "drizzle-orm";
import { getTableConfig, IndexedColumn, type PgTable } from "drizzle-orm/pg-core";

/** The columns of all indexes of a table, by their names in SQL. Expressions are passed over: an order in which nulls come last has one. */
export function indexesOf(table: PgTable): readonly (readonly string[])[] {
  const { columns, indexes, primaryKeys, uniqueConstraints } = getTableConfig(table);
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  return [
    ...columns.filter(({ isUnique, primary }) => isUnique || primary).map(({ name }) => [name]),
    ...primaryKeys.map((key) => names(key.columns)),
    ...uniqueConstraints.map((constraint) => names(constraint.columns)),
    ...indexes.map(({ config }) =>
      config.columns.flatMap((column) => (is(column, IndexedColumn) && column.name !== undefined ? [column.name] : [])),
    ),
  ];
}
