import { getTableColumns } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import type { Rule } from "@countersign/contract";
import type { CoreTables, Transaction, WatchedRows } from "@countersign/db";

import type { Declared } from "../query/list-input.ts";
import type { Order } from "../query/order.ts";
import type { Viewer } from "../query/rights.ts";
import { columnOf } from "../scope/column.ts";
import type { Place, Scope } from "../scope/scope.ts";

import type { Hooks } from "./hooks.ts";
import type { ActionName } from "./options.ts";
import type { CrudTable } from "./table.ts";

/** A row, its columns by name. */
export type AnyRow = Readonly<Record<string, unknown>> & { readonly id: string; readonly version: number };

/** What reads: a database, or a transaction. */
export type Reader<Tables extends CoreTables = CoreTables> = Pick<
  Transaction<Tables>,
  "select" | "tables" | "dialect" | "$count"
>;

/** The options of one table's router, completed and free of their types: what the actions work with. */
export interface Model {
  readonly tableName: string;
  readonly scope: Scope;
  /** The rows that live lists stand on. */
  readonly watches: readonly WatchedRows[];
  readonly shown: readonly string[];
  /** Columns that only those receive who hold the permission. */
  readonly showTo: Readonly<Record<string, string>>;
  readonly project:
    | ((rows: readonly AnyRow[], reader: Reader) => readonly object[] | Promise<readonly object[]>)
    | null;
  readonly declared: Declared;
  readonly defaultOrder: Order;
  /** Does an index of the table, and not of one scope's rows in it, begin in that order? */
  readonly isLed: boolean;
  readonly pageSize: number;
  readonly doesCount: boolean;
  readonly removedAt: string | null;
  readonly csv: { readonly columns: readonly string[]; readonly most: number } | null;
  readonly quota: { readonly rows: number; readonly of: string } | null;
  readonly hooks: Hooks<CoreTables, CrudTable, string>;
  /** What besides rule and scope an action on a row asks for. */
  readonly policies: Readonly<Partial<Record<"update" | "remove", (viewer: Viewer, row: AnyRow) => boolean>>>;
  /** The rules of the actions that are offered. */
  readonly rules: Readonly<Partial<Record<ActionName, Rule>>>;
  /** Columns that are set with every creation and every change, where the table has them. */
  readonly hasCreatedAt: boolean;
  readonly hasUpdatedAt: boolean;
}

/** The model's table in the database in use. */
export function placeOf(model: Model, { tables }: Pick<Reader, "tables">): Place<CoreTables, CrudTable> {
  // The cast: the option's type lets only such tables be named.
  return { tables, table: (tables as unknown as Readonly<Record<string, CrudTable>>)[model.tableName] as CrudTable };
}

/** The columns that may go out, or all of them where the app looks at whole rows. */
export function columnsOf(model: Model, table: CrudTable): Record<string, PgColumn> {
  if (model.project || Object.keys(model.policies).length > 0) return { ...getTableColumns(table) };
  return Object.fromEntries(
    [...model.shown, ...Object.keys(model.showTo)].map((name) => [name, columnOf(table, name)]),
  );
}
