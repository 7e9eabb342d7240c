import type { z } from "zod";

/**
 * A column that may be written. `true`: by the schema its column gives. A schema: by this one. `onCreate(…)`, `onUpdate(…)`:
 * then only.
 */
export type Field<Value> = true | z.ZodType<Value> | FieldOn<Value>;

export interface FieldOn<Value> {
  readonly schema: z.ZodType<Value> | true;
  readonly on: "create" | "update";
}

/** Written once, when the row is created. */
export function onCreate<Schema extends z.ZodType | true>(
  schema: Schema,
): { readonly schema: Schema; readonly on: "create" } {
  return { schema, on: "create" };
}

/** Left to the column's default when the row is created, and changed later. */
export function onUpdate<Schema extends z.ZodType | true>(
  schema: Schema,
): { readonly schema: Schema; readonly on: "update" } {
  return { schema, on: "update" };
}
