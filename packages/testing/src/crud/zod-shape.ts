import type { z } from "zod";

/** What is known of a schema of zod 4, whichever copy of it made the schema. */
interface Definition {
  readonly type: string;
  readonly format?: string;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly entries?: Readonly<Record<string, string | number>>;
}
interface Schema extends z.ZodType {
  readonly maxLength?: number | null;
  readonly maxValue?: number | null;
}

/** The schema under what makes it optional, nullable or transformed. */
export function innermost(schema: unknown): Schema | null {
  if (!isSchema(schema)) return null;
  const inner = definitionOf(schema).innerType ?? definitionOf(schema).in;
  return inner === undefined ? schema : innermost(inner);
}

/** The fields of an object's schema; none when it is of something else. */
export function fieldsOf(schema: unknown): Readonly<Record<string, Schema>> {
  const inner = innermost(schema);
  return (inner && definitionOf(inner).shape) ?? {};
}

/** Is it a string of any content, and how long may it be? Null when it is something else. */
export function freeTextOf(schema: unknown): { readonly max: number | null } | null {
  const inner = innermost(schema);
  if (!inner) return null;
  const { type, format } = definitionOf(inner);
  return type === "string" && format === undefined ? { max: inner.maxLength ?? null } : null;
}

/** The greatest number that is taken; null when there is none. */
export function greatestOf(schema: unknown): number | null {
  return innermost(schema)?.maxValue ?? null;
}

/** The values of an enumeration; none when it is something else. */
export function entriesOf(schema: unknown): readonly string[] {
  const inner = innermost(schema);
  return Object.values((inner && definitionOf(inner).entries) ?? {}).map(String);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && "_zod" in value;
}

function definitionOf(schema: Schema): Definition {
  // Zod's own definitions, as far as they are looked at here.
  const definition: unknown = schema.def;
  return definition as Definition;
}
