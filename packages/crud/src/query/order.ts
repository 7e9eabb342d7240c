import { and, asc, desc, gt, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import type { CrudTable } from "../definition/table.ts";

export type Direction = "asc" | "desc";

/** A list's order: by one column, equal ones by id, so that it is the same each time. Nulls come last. */
export interface Order {
  readonly by: string;
  readonly direction: Direction;
}

export function orderBy(table: CrudTable, column: PgColumn, direction: Direction): SQL[] {
  const toward = direction === "asc" ? asc : desc;
  const tiebreak = column === table.id ? [] : [toward(table.id)];
  // The two databases disagree about where nulls belong.
  return column.notNull ? [toward(column), ...tiebreak] : [asc(sql`${column} is null`), toward(column), ...tiebreak];
}

/** The rows that come after the one with this value and id. */
export function afterRow(
  table: CrudTable,
  column: PgColumn,
  direction: Direction,
  last: { readonly value: unknown; readonly id: string },
): SQL | undefined {
  const beyond = direction === "asc" ? gt : lt;
  const laterId = beyond(table.id, last.id);
  if (column === table.id) return laterId;
  if (last.value === null) return and(isNull(column), laterId);
  // Compared as one, so that an index over both is entered there, however deep the page.
  const relation = direction === "asc" ? sql`>` : sql`<`;
  const after = sql`(${column}, ${table.id}) ${relation} (${sql.param(last.value, column)}, ${last.id})`;
  return column.notNull ? after : or(after, isNull(column));
}
