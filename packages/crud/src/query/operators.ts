import { eq, gt, gte, inArray, isNotNull, isNull, lt, lte, ne, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { z } from "zod";

import { type Dialect, textContains, textStartsWith } from "@countersign/db";

import { deriveSchema } from "../fields/derive-schema.ts";
import { Id } from "../fields/input-schemas.ts";
import { isId } from "../fields/is-id.ts";

/** The comparisons a filter may offer. */
export type Operator = "eq" | "ne" | "in" | "gt" | "gte" | "lt" | "lte" | "isNull" | "contains" | "startsWith";

/** Most values of an `in`. */
export const mostValues = 100;
const longestPattern = 200;

/** What this comparison is given, for this column. */
export function operandSchema(operator: Operator, column: PgColumn): z.ZodType {
  switch (operator) {
    case "isNull":
      return z.boolean();
    case "contains":
    case "startsWith":
      return Pattern;
    case "in":
      return z.array(valueSchema(column)).max(mostValues, `At most ${mostValues} values.`);
    default:
      return valueSchema(column);
  }
}

/** A text to look for. */
export const Pattern = z
  .string()
  .max(longestPattern, `Too long: at most ${longestPattern} characters.`)
  .regex(/^[^\0]*$/, "Remove the NUL character.")
  .refine((value) => value.isWellFormed(), "Remove the broken character.");

export function compare(operator: Operator, column: PgColumn, operand: unknown, dialect: Dialect): SQL | undefined {
  switch (operator) {
    case "eq":
      return eq(column, operand);
    case "ne":
      return ne(column, operand);
    case "in":
      // Drizzle makes `false` of an empty list: nothing is in it.
      return inArray(column, operand as unknown[]);
    case "gt":
      return gt(column, operand);
    case "gte":
      return gte(column, operand);
    case "lt":
      return lt(column, operand);
    case "lte":
      return lte(column, operand);
    case "isNull":
      return operand === true ? isNull(column) : isNotNull(column);
    case "contains":
      return textContains(column, operand as string, dialect);
    case "startsWith":
      return textStartsWith(column, operand as string, dialect);
  }
}

function valueSchema(column: PgColumn): z.ZodType {
  if (isId(column)) return Id;
  const schema = deriveSchema(column);
  // Nothing equals null in a database: `isNull` asks for that.
  return schema instanceof z.ZodNullable ? (schema.unwrap() as z.ZodType) : schema;
}
