import { and, asc, type Column, desc, gt, isNull, lt, or, type SQL, sql } from "drizzle-orm";

/** The column a list is ordered by, and the one that orders rows that are equal in it. */
export interface Keyset {
  /** As in `-createdAt`, descending: part of the cursor, so that no cursor is used with another order. */
  readonly name: string;
  readonly by: Column;
  readonly id: Column;
}

/** The place of a row in a list: what it is ordered by, and its id. */
interface Place {
  readonly value: unknown;
  readonly id: string;
}

/** The order of the list; rows without a value come last, whichever way: the two databases disagree about them. */
export function orderByKeyset({ name, by, id }: Keyset): SQL[] {
  const toward = name.startsWith("-") ? desc : asc;
  const withValueFirst = by.notNull ? [] : [sql`${by} is null`];
  return [...withValueFirst, toward(by), ...(by === id ? [] : [toward(id)])];
}

/**
 * The rows after a cursor: nothing to ask for without one; null when it is not a cursor of this list. It is what a caller hands
 * in, so it is trusted with nothing: what else is asked holds besides.
 */
export function rowsAfterCursor(keyset: Keyset, cursor: string | null | undefined): SQL | undefined | null {
  if (cursor === undefined || cursor === null) return undefined;
  const place = readCursor(keyset, cursor);
  if (place === null) return null;

  const { name, by, id } = keyset;
  const beyond = name.startsWith("-") ? lt : gt;
  if (by === id) return beyond(id, place.id);
  if (place.value === null) return and(isNull(by), beyond(id, place.id));
  // Compared as one, so that an index over both is entered there, however deep the page.
  const relation = name.startsWith("-") ? sql`<` : sql`>`;
  const after = sql`(${by}, ${id}) ${relation} (${sql.param(place.value, by)}, ${place.id})`;
  return by.notNull ? after : or(after, isNull(by));
}

/**
 * One row more than the page holds is read: whether it is there tells whether there is a next page.
 *
 * @throws when the next page begins after an instant that no cursor can say: what comes after it would be lost in silence
 */
export function toPage<Row extends object>(
  keyset: Keyset,
  limit: number,
  rows: readonly Row[],
  placeOf: (row: Row) => Place,
): { readonly rows: readonly Row[]; readonly nextCursor: string | null } {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { rows: rows.slice(0, limit), nextCursor: last ? writeCursor(keyset, placeOf(last)) : null };
}

function writeCursor({ name }: Keyset, { value, id }: Place): string {
  if (value instanceof Date && !isInYears(value.getTime())) {
    throw new Error(
      `The row ${id} has an instant in ${name} that is none here (infinity, BC, or after 9999). Set it to another.`,
    );
  }
  const plain = value instanceof Date ? value.getTime() : value;
  return Buffer.from(JSON.stringify([name, plain, id])).toString("base64url");
}

function readCursor({ name, by }: Keyset, cursor: string): Place | null {
  const parts = parseJson(Buffer.from(cursor, "base64url").toString());
  if (!Array.isArray(parts) || parts.length !== 3) return null;
  const [order, value, id] = parts as unknown[];
  if (order !== name || typeof id !== "string" || !isStorable(id) || !fits(value, by)) return null;
  return { value: by.dataType === "date" && value !== null ? new Date(value as number) : value, id };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: not a cursor.
    return null;
  }
}

/** The years 1 to 9999: what is before or after them, Postgres takes from us in no spelling. */
const firstInstant = Date.parse("0001-01-01T00:00:00.000Z");
const lastInstant = Date.parse("9999-12-31T23:59:59.999Z");

function fits(value: unknown, { dataType, notNull }: Column): boolean {
  if (value === null) return !notNull;
  if (dataType === "string") return typeof value === "string" && isStorable(value);
  if (dataType === "boolean") return typeof value === "boolean";
  // An instant as well, in milliseconds.
  return Number.isSafeInteger(value) && (dataType !== "date" || isInYears(value as number));
}

/** NaN is not. */
function isInYears(instant: number): boolean {
  return instant >= firstInstant && instant <= lastInstant;
}

/** Postgres takes neither a NUL nor half of a surrogate pair. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
