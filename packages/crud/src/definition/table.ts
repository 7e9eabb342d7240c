import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

/** A table that rows can be served from: a string id, and a version that rises with every change. */
export type CrudTable = PgTable & { readonly id: PgColumn; readonly version: PgColumn };

export type RowOf<Table extends CrudTable> = Table["$inferSelect"];

export type ColumnOf<Table extends CrudTable> = keyof RowOf<Table> & string;

/** The names of the tables rows can be served from. */
export type CrudTableName<Tables> = {
  [Name in keyof Tables]: Tables[Name] extends CrudTable ? Name : never;
}[keyof Tables] &
  string;

/** A value as it travels: instants are ISO 8601 strings. */
export type Sent<Value> = Value extends Date ? string : Value;

/** The columns of a row as they travel. */
export type SentColumns<Row, Name extends keyof Row> = { readonly [Key in Name]: Sent<Row[Key]> };
