import type { FieldErrors } from "@countersign/auth";
import type { CoreTables, Transaction } from "@countersign/db";
import type { SignedInContext } from "@countersign/rpc";

import type { CrudTable, RowOf } from "./table.ts";

/** Where a hook runs: within the call, and within the transaction that makes the change. */
export interface HookPlace<Tables extends CoreTables, Permission extends string> {
  readonly ctx: SignedInContext<Tables, Permission>;
  readonly tx: Transaction<Tables>;
}

/** A change that has been committed: `before` is null for a new row, `after` for a removed one. A row is purged from the bin. */
export interface Change<Row> {
  readonly action: "create" | "update" | "remove" | "restore" | "purge";
  readonly before: Row | null;
  readonly after: Row | null;
}

type Maybe<Value> = Value | Promise<Value>;

/**
 * What an app adds to the actions. All but `afterCommit` are part of the transaction: one that throws undoes the whole call,
 * and what it throws reaches the client only when it was written for it (`CallError`).
 */
export interface Hooks<Tables extends CoreTables, Table extends CrudTable, Permission extends string> {
  /** Errors by field when the values do not go together; null when they do. `before` is null for a new row. */
  validate?(
    values: Readonly<Partial<RowOf<Table>>>,
    before: RowOf<Table> | null,
    place: HookPlace<Tables, Permission>,
  ): Maybe<FieldErrors | null>;
  /** The values to insert: those given, or others. */
  beforeCreate?(
    values: Readonly<Partial<RowOf<Table>>>,
    place: HookPlace<Tables, Permission>,
  ): Maybe<Readonly<Partial<RowOf<Table>>>>;
  afterCreate?(row: RowOf<Table>, place: HookPlace<Tables, Permission>): Maybe<void>;
  /** The values to set: those given, or others. */
  beforeUpdate?(
    values: Readonly<Partial<RowOf<Table>>>,
    before: RowOf<Table>,
    place: HookPlace<Tables, Permission>,
  ): Maybe<Readonly<Partial<RowOf<Table>>>>;
  afterUpdate?(after: RowOf<Table>, before: RowOf<Table>, place: HookPlace<Tables, Permission>): Maybe<void>;
  beforeRemove?(row: RowOf<Table>, place: HookPlace<Tables, Permission>): Maybe<void>;
  afterRemove?(row: RowOf<Table>, place: HookPlace<Tables, Permission>): Maybe<void>;
  /** After the commit, and outside of it: mails, other services. What it throws is logged, and the call has succeeded. */
  afterCommit?(change: Change<RowOf<Table>>, ctx: SignedInContext<Tables, Permission>): Maybe<void>;
}
