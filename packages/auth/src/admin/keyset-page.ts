import { and, asc, type Column, desc, eq, gt, isNull, lt, or, type SQL, sql } from "drizzle-orm";

/** The column a list is ordered by, and the one that orders rows that are equal in it. */
export interface Keyset {
  /** As in `-createdAt`: part of the cursor, so that no cursor is used with another order. */
  readonly name: string;
  readonly by: Column;
  readonly id: Column;
}

/** The place of a row in a list: what it is ordered by, and its id. */
interface Place {
  readonly value: string | number | null;
  readonly id: string;
}

/** The order of the list; rows without a value come last, whichever way. */
export function orderOf({ name, by, id }: Keyset): SQL[] {
  const direct = name.startsWith("-") ? desc : asc;
  const withValueFirst = by.notNull ? [] : [sql`${by} is null`];
  return [...withValueFirst, direct(by), direct(id)];
}

/** The rows after a cursor: nothing to ask for without one; null when it is not a cursor of this list. */
export function rowsAfter(keyset: Keyset, cursor: string | undefined): SQL | undefined | null {
  if (cursor === undefined) return undefined;
  const place = readCursor(keyset, cursor);
  if (place === null) return null;

  const { name, by, id } = keyset;
  const beyond = name.startsWith("-") ? lt : gt;
  if (place.value === null) return and(isNull(by), beyond(id, place.id));
  const value = by.dataType === "date" ? new Date(place.value) : place.value;
  const after = or(beyond(by, value), and(eq(by, value), beyond(id, place.id)));
  return by.notNull ? after : or(after, isNull(by));
}

/** One row more than the page holds is read: whether it is there tells whether there is a next page. */
export function toPage<Row extends object>(
  keyset: Keyset,
  limit: number,
  rows: readonly Row[],
  placeOf: (row: Row) => { readonly value: Date | string | null; readonly id: string },
): { readonly rows: readonly Row[]; readonly nextCursor: string | null } {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { rows: rows.slice(0, limit), nextCursor: last ? writeCursor(keyset, placeOf(last)) : null };
}

function writeCursor({ name }: Keyset, { value, id }: ReturnType<Parameters<typeof toPage>[3]>): string {
  const plain = value instanceof Date ? value.getTime() : value;
  return Buffer.from(JSON.stringify([name, plain, id])).toString("base64url");
}

function readCursor({ name, by }: Keyset, cursor: string): Place | null {
  const parts = parseJson(Buffer.from(cursor, "base64url").toString());
  if (!Array.isArray(parts) || parts.length !== 3) return null;
  const [order, value, id] = parts as unknown[];
  if (order !== name || typeof id !== "string" || !isStorable(id)) return null;
  if (value === null) return by.notNull ? null : { value, id };
  if (by.dataType === "date") return isInstant(value) ? { value, id } : null;
  return typeof value === "string" && isStorable(value) ? { value, id } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: not a cursor.
    return null;
  }
}

function isInstant(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 1e14;
}

/** Postgres takes neither a NUL nor half of a surrogate pair. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
