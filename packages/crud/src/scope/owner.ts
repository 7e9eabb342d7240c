import { eq } from "drizzle-orm";

import type { CoreTables } from "@countersign/db";

import type { ColumnOf, CrudTable } from "../definition/table.ts";

import { columnOf } from "./column.ts";
import type { Scope } from "./scope.ts";
import { topicOf, watchedBy } from "./topic.ts";

/** Each row belongs to the user in this column: `owner("ownerId")`. It is filled in from the session. */
export function owner<Table extends CrudTable = CrudTable, const Column extends ColumnOf<Table> = ColumnOf<Table>>(
  column: Column,
): Scope<CoreTables, Table, Column> {
  return {
    columns: [column],
    fills: [column],
    where: (who, _action, { table }) => eq(columnOf(table, column), who.user.id),
    admit: async (who, values) => ({ status: "admitted", values: { ...values, [column]: who.user.id } }),
    watches: ({ table }) => [watchedBy(table, column)],
    grant: (who, _narrowing, _reader, { table }) => ({
      key: who.user.id,
      topics: [topicOf(table, column, who.user.id)],
      where: () => eq(columnOf(table, column), who.user.id),
    }),
  };
}
