import { and, eq, getTableColumns, isNotNull, isNull, type SQL } from "drizzle-orm";

import { type Keyset, orderByKeyset, rowsAfterCursor, toPage } from "@countersign/db";
import { invalidFields } from "@countersign/rpc";

import { type AnyRow, columnsOf, type Model, placeOf, type Reader } from "../definition/model.ts";
import type { CrudTable } from "../definition/table.ts";
import { columnOf } from "../scope/column.ts";

import { conditionsOf } from "./conditions.ts";
import type { ListQuery } from "./list-input.ts";
import { requireNarrow } from "./require-narrow.ts";
import { rightsOf, scopeOf, type Viewer, type Where } from "./rights.ts";
import { sendRow, sendRows, type SentRow } from "./send-rows.ts";

export interface Page {
  readonly rows: readonly SentRow[];
  /** Where the next page begins; null when this is the last. */
  readonly nextCursor: string | null;
  /** Null when it was not asked for. */
  readonly total: number | null;
}

/** What this user may see of what is asked, in its order. */
export async function readPage(
  model: Model,
  viewer: Viewer,
  query: ListQuery,
  reader: Reader,
  where: Where = scopeOf(model, viewer, reader),
): Promise<Page> {
  const { keyset, limit, page, inScope } = selectPage(model, viewer, query, reader, where);
  await requireNarrow(model, query, reader, where);
  const found = await page;
  const isCounted = query.count ?? model.doesCount;
  const count = () => reader.$count(placeOf(model, reader).table, inScope);
  const total = isCounted ? (totalOf(query, limit, found.length) ?? (await count())) : null;

  const { rows, nextCursor } = toPage(keyset, limit, found as ReadRow[], ({ $order, id }) => ({ value: $order, id }));
  return { rows: await sendRows(model, viewer, rows, reader), nextCursor, total };
}

/** How many there are, where the page itself says so: it has its end, and there is one. Else null. */
function totalOf({ cursor, offset = 0 }: ListQuery, limit: number, found: number): number | null {
  const isKnown = !cursor && found <= limit && (found > 0 || offset === 0);
  return isKnown ? offset + found : null;
}

/** The statement that reads a page. */
export function selectPage(
  model: Model,
  viewer: Pick<Viewer, "principal">,
  query: ListQuery,
  reader: Reader,
  where: Where,
) {
  const { table } = placeOf(model, reader);
  const keyset = keysetOf(model, query, table);
  const limit = query.limit ?? model.pageSize;
  const inScope = and(
    visible(model, where, query.removed ?? false, reader),
    conditionsOf(table, model.declared.search, query, reader.dialect),
  );
  const after = rowsAfterCursor(keyset, query.cursor);
  if (after === null) throw invalidFields({ cursor: ["This is no cursor of this list. Begin at the first page."] });

  const page = reader
    .select({ ...columnsOf(model, table), $order: keyset.by, ...rightsOf(model, viewer, where) })
    .from(table)
    .where(and(inScope, after))
    .orderBy(...orderByKeyset(keyset))
    // One more than asked tells whether there is a next page.
    .limit(limit + 1)
    .offset(query.offset ?? 0);
  return { keyset, limit, page, inScope };
}

/** One row, or null when it is not there or not this user's to see. */
export async function readRow(model: Model, viewer: Viewer, id: string, reader: Reader): Promise<SentRow | null> {
  const { table } = placeOf(model, reader);
  const where = scopeOf(model, viewer, reader);
  const found = await reader
    .select({ ...columnsOf(model, table), ...rightsOf(model, viewer, where) })
    .from(table)
    .where(and(eq(table.id, id), visible(model, where, false, reader)));
  const [row] = found as ReadRow[];
  return row ? sendRow(model, viewer, row, reader) : null;
}

/** One row with all its columns, for what the server itself does with it; null when it is not there or not this user's to see. */
export async function findRow(model: Model, viewer: Viewer, id: string, reader: Reader): Promise<AnyRow | null> {
  const { table } = placeOf(model, reader);
  const where = scopeOf(model, viewer, reader);
  const found = await reader
    .select({ ...getTableColumns(table) })
    .from(table)
    .where(and(eq(table.id, id), visible(model, where, false, reader)));
  const [row] = found as AnyRow[];
  return row ?? null;
}

/** A row as it was read: its columns, and what may be done with it. */
type ReadRow = AnyRow & { readonly $order: unknown };

function visible(model: Model, where: Where, isRemoved: boolean, reader: Pick<Reader, "tables">): SQL | undefined {
  const bin = model.removedAt === null ? null : columnOf(placeOf(model, reader).table, model.removedAt);
  return and(where("read"), bin ? (isRemoved ? isNotNull(bin) : isNull(bin)) : undefined);
}

/** The order asked for, ascending unless it says otherwise, or the list's own. */
function keysetOf(model: Model, { order }: ListQuery, table: CrudTable) {
  const { by, direction = "asc" } = order ?? model.defaultOrder;
  const name = `${direction === "desc" ? "-" : ""}${by}`;
  return { name, by: columnOf(table, by), id: table.id } satisfies Keyset;
}
