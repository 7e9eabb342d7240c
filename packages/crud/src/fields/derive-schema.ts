import { getTableName } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { z } from "zod";

import { text } from "./text-rules.ts";

/** Most characters of a text whose field says no more about it. */
const longestText = 1000;
const longestId = 64;

/** An instant as it travels: ISO 8601 in UTC or with an offset, in the years both databases keep. */
export const Instant = z.iso
  .datetime({ offset: true, error: "Write a date and time as in 2026-01-31T12:00:00Z." })
  .transform((value) => new Date(value))
  .refine((value) => value.getUTCFullYear() >= 1 && value.getUTCFullYear() <= 9999, "This year is out of range.");

/**
 * The schema a column's values are parsed by when its field gives none.
 *
 * @throws for a JSON column: what may stand in it only the app knows.
 */
export function deriveSchema(column: PgColumn): z.ZodType {
  const schema = baseSchema(column);
  return column.notNull ? schema : schema.nullable();
}

function baseSchema(column: PgColumn): z.ZodType {
  switch (column.dataType) {
    case "string":
      return text({ max: isReference(column) ? longestId : longestText });
    case "boolean":
      return z.boolean();
    case "number":
      // -0 and 0 are one number in a database.
      return z.int().transform((value) => value + 0);
    case "date":
      return Instant;
    default:
      throw new Error(
        `Field "${column.name}" of "${getTableName(column.table)}" holds ${column.dataType}. Give it a schema of its own.`,
      );
  }
}

function isReference(column: PgColumn): boolean {
  return column.name === "id" || column.name.endsWith("_id");
}
