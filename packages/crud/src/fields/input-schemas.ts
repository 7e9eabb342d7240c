import { z } from "zod";

import { IdempotencyKey } from "@countersign/rpc";

import type { CrudTable } from "../definition/table.ts";
import { columnOf } from "../scope/column.ts";

import { deriveSchema } from "./derive-schema.ts";
import type { Field } from "./field.ts";

/** Ids are UUIDs, as `newId` makes them. */
export const Id = z.uuid("This is not an id.");
export const Version = z.int().min(1);

/** The columns a caller may give with a new row, and with a change: all others are refused by name. */
export function fieldSchemas(
  table: CrudTable,
  fields: Readonly<Record<string, Field<unknown>>>,
): { readonly create: Readonly<Record<string, z.ZodType>>; readonly update: Readonly<Record<string, z.ZodType>> } {
  const create: Record<string, z.ZodType> = {};
  const update: Record<string, z.ZodType> = {};
  for (const [name, field] of Object.entries(fields)) {
    const column = columnOf(table, name);
    const isSplit = typeof field === "object" && "on" in field;
    const given = isSplit ? field.schema : field;
    const schema = given === true ? deriveSchema(column) : given;
    const mayBeLeftOut = !column.notNull || column.hasDefault;
    if (!isSplit || field.on === "create") create[name] = mayBeLeftOut ? schema.optional() : schema;
    if (!isSplit || field.on === "update") update[name] = schema.optional();
  }
  return { create, update };
}

/** What `create` is called with. */
export function createInput(create: Readonly<Record<string, z.ZodType>>) {
  return z.strictObject({ ...create, key: IdempotencyKey.optional() });
}

/** What `update` is called with: the version is the one the change was made from. */
export function updateInput(update: Readonly<Record<string, z.ZodType>>) {
  return z.strictObject({ id: Id, version: Version, ...update, key: IdempotencyKey.optional() });
}
