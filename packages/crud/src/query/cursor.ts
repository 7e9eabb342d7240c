import type { PgColumn } from "drizzle-orm/pg-core";
import { z } from "zod";

import { invalidFields } from "@countersign/rpc";

import type { Order } from "./order.ts";

/** Where a page ended: the order it was in, and the last row's value in it. */
const Cursor = z.tuple([
  z.string(),
  z.enum(["asc", "desc"]),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
  z.string(),
]);

export const longestCursor = 4096;

export function writeCursor({ by, direction }: Order, last: { readonly value: unknown; readonly id: string }): string {
  const value = last.value instanceof Date ? last.value.getTime() : last.value;
  return Buffer.from(JSON.stringify([by, direction, value, last.id])).toString("base64url");
}

/**
 * A cursor is what a caller hands in, so it is trusted with nothing: the scope and the filters hold besides, and a value that
 * does not fit the column is refused.
 */
export function readCursor(
  text: string,
  order: Order,
  column: PgColumn,
): { readonly value: unknown; readonly id: string } {
  const parsed = Cursor.safeParse(parseJson(Buffer.from(text, "base64url").toString()));
  if (!parsed.success) throw refuse("This is not a cursor. Begin at the first page.");
  const [by, direction, value, id] = parsed.data;
  if (by !== order.by || direction !== order.direction) {
    throw refuse("The cursor is of a list in another order. Begin at the first page.");
  }
  if (!fits(value, column)) throw refuse("This is not a cursor. Begin at the first page.");
  return { value: column.dataType === "date" && value !== null ? new Date(value as number) : value, id };
}

function fits(value: string | number | boolean | null, column: PgColumn): boolean {
  if (value === null) return !column.notNull;
  if (column.dataType === "string") return typeof value === "string" && value.isWellFormed() && !value.includes("\0");
  if (column.dataType === "boolean") return typeof value === "boolean";
  if (column.dataType === "number") return Number.isSafeInteger(value);
  return Number.isSafeInteger(value) && Math.abs(value as number) <= 8.64e15;
}

function refuse(message: string) {
  return invalidFields({ cursor: [message] });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not one of ours: the schema refuses it.
    return undefined;
  }
}
