import { and, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";

import type { Principal } from "@countersign/auth";

import { type AnyRow, columnsOf, type Model, placeOf, type Reader } from "../definition/model.ts";
import { permits } from "../definition/permits.ts";
import { columnOf } from "../scope/column.ts";
import type { ScopedAction } from "../scope/scope.ts";

import { conditionsOf } from "./conditions.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import type { ListQuery } from "./list-input.ts";
import { afterRow, type Order, orderBy } from "./order.ts";

/** A row as it goes out. */
export type SentRow = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly version: number;
  readonly $can: Readonly<Record<string, boolean>>;
};

export interface Page {
  readonly rows: readonly SentRow[];
  /** Where the next page begins; null when this is the last. */
  readonly nextCursor: string | null;
  /** Null when it was not asked for. */
  readonly total: number | null;
}

/** The rows on which something may be done: by scope, or by the grant that several users share. */
export type Where = (action: ScopedAction) => SQL;

/** What this user may see of what is asked, in its order. */
export async function readPage(
  model: Model,
  who: Principal,
  query: ListQuery,
  reader: Reader,
  where: Where = scopeOf(model, who, reader),
): Promise<Page> {
  const { table } = placeOf(model, reader);
  const order = orderOf(model, query);
  const column = columnOf(table, order.by);
  const limit = query.limit ?? model.pageSize;
  const inScope = and(
    visible(model, where, query.removed ?? false, reader),
    conditionsOf(table, model.declared.search, query, reader.dialect),
  );
  const cursor = query.cursor ? readCursor(query.cursor, order, column) : null;

  const page = reader
    .select({ ...columnsOf(model, table), $order: column, ...rightsOf(model, who, where) })
    .from(table)
    .where(cursor ? and(inScope, afterRow(table, column, order.direction, cursor)) : inScope)
    .orderBy(...orderBy(table, column, order.direction))
    // One more than asked tells whether there is a next page.
    .limit(limit + 1)
    .offset(query.offset ?? 0);
  const total = (query.count ?? model.doesCount) ? reader.$count(table, inScope) : null;
  const [found, counted] = await Promise.all([page, total]);

  const shown = found.slice(0, limit) as ReadRow[];
  const last = found.length > limit ? shown.at(-1) : undefined;
  return {
    rows: await send(model, shown, reader),
    nextCursor: last ? writeCursor(order, { value: last.$order, id: last.id }) : null,
    total: counted,
  };
}

/** One row, or null when it is not there or not this user's to see. */
export async function readRow(model: Model, who: Principal, id: string, reader: Reader): Promise<SentRow | null> {
  const { table } = placeOf(model, reader);
  const where = scopeOf(model, who, reader);
  const found = await reader
    .select({ ...columnsOf(model, table), ...rightsOf(model, who, where) })
    .from(table)
    .where(and(eq(table.id, id), visible(model, where, false, reader)));
  const [row] = await send(model, found as ReadRow[], reader);
  return row ?? null;
}

/** A row as it was read: its columns, and what may be done with it. */
type ReadRow = AnyRow & { readonly $order: unknown };

/** The scope of one user. */
export function scopeOf(model: Model, who: Principal, reader: Pick<Reader, "tables">): Where {
  const place = placeOf(model, reader);
  return (action) => model.scope.where(who, action, place);
}

function visible(model: Model, where: Where, isRemoved: boolean, reader: Pick<Reader, "tables">): SQL | undefined {
  const bin = model.removedAt === null ? null : columnOf(placeOf(model, reader).table, model.removedAt);
  return and(where("read"), bin ? (isRemoved ? isNotNull(bin) : isNull(bin)) : undefined);
}

/** For each action on a row that is offered: may this user, by rule and scope? Asked with the row, in the same statement. */
export function rightsOf(model: Model, who: Principal, where: Where): Record<string, SQL<number>> {
  const rights: Record<string, SQL<number>> = {};
  for (const action of ["update", "remove"] as const) {
    const rule = model.rules[action];
    if (rule === undefined) continue;
    rights[`$${action}`] = permits(rule, who)
      ? sql<number>`case when ${where(action)} then 1 else 0 end`.mapWith(Number)
      : sql<number>`0`.mapWith(Number);
  }
  return rights;
}

/** Rows as they go out: the columns shown or the projection, instants as text, rights under `$can`. */
export async function send(model: Model, rows: readonly AnyRow[], reader: Reader): Promise<readonly SentRow[]> {
  if (rows.length === 0) return [];
  const bodies = model.project
    ? await model.project(rows.map(withoutRights), reader)
    : rows.map((row) => pick(row, model.shown));
  if (bodies.length !== rows.length) {
    throw new Error(
      `project() of "${model.tableName}" returned ${bodies.length} rows for ${rows.length}. Return one for each.`,
    );
  }
  return rows.map((row, index) => ({
    ...sentValues(bodies[index] as Readonly<Record<string, unknown>>),
    id: row.id,
    version: row.version,
    $can: Object.fromEntries(
      Object.entries(row)
        .filter(([name]) => name === "$update" || name === "$remove")
        .map(([name, value]) => [name.slice(1), value === 1]),
    ),
  }));
}

function sentValues(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
}

/** The columns alone. */
export function withoutRights(row: AnyRow): AnyRow {
  const columns = Object.entries(row).filter(([name]) => !name.startsWith("$"));
  return Object.fromEntries(columns) as AnyRow;
}

function pick(row: AnyRow, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

/** The order asked for, ascending unless it says otherwise, or the list's own. */
function orderOf(model: Model, { order }: ListQuery): Order {
  return order ? { by: order.by, direction: order.direction ?? "asc" } : model.defaultOrder;
}
