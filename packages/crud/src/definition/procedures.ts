import type { TRPCMutationProcedure, TRPCQueryProcedure, TRPCSubscriptionProcedure } from "@trpc/server";
import type { z } from "zod";

import type { LiveListFrame } from "@countersign/contract";
import type { ProcedureMeta } from "@countersign/rpc";

import type { CsvExport } from "../export/export-rows.ts";
import type { FieldOn } from "../fields/field.ts";
import type { Operator } from "../query/operators.ts";
import type { Direction } from "../query/order.ts";

import type { ActionName } from "./options.ts";
import type { CrudTable, RowOf, Sent, SentColumns } from "./table.ts";

/** What a caller sends for a column, by its field. */
type Given<Spec, Value> = Spec extends z.ZodType
  ? z.input<Spec>
  : Spec extends FieldOn<unknown>
    ? Spec["schema"] extends z.ZodType
      ? z.input<Spec["schema"]>
      : Sent<Value>
    : Sent<Value>;

type NamesOn<Fields, Moment extends "create" | "update"> = {
  [Name in keyof Fields]: Fields[Name] extends { readonly on: infer On } ? (On extends Moment ? Name : never) : Name;
}[keyof Fields];

type Optional<Table extends CrudTable> = {
  [Name in keyof Table["$inferInsert"]]-?: undefined extends Table["$inferInsert"][Name] ? Name : never;
}[keyof Table["$inferInsert"]];

type Keyed = { readonly key?: string | undefined };

/** What `create` is called with: required are the columns that need a value. */
export type CreateInput<Table extends CrudTable, Fields> = {
  readonly [Name in Exclude<NamesOn<Fields, "create">, Optional<Table>>]: Given<Fields[Name], ValueOf<Table, Name>>;
} & {
  readonly [Name in Extract<NamesOn<Fields, "create">, Optional<Table>>]?:
    | Given<Fields[Name], ValueOf<Table, Name>>
    | undefined;
} & Keyed;

/** The columns a change may name. */
export type Changes<Table extends CrudTable, Fields> = {
  readonly [Name in NamesOn<Fields, "update">]?: Given<Fields[Name], ValueOf<Table, Name>> | undefined;
};

type ValueOf<Table extends CrudTable, Name> = Name extends keyof RowOf<Table> ? RowOf<Table>[Name] : never;

/** The version a change is made from. */
export interface RowVersion {
  readonly id: string;
  readonly version: number;
}

type Operand<Kind extends Operator, Value> = Kind extends "in"
  ? readonly Sent<NonNullable<Value>>[]
  : Kind extends "isNull"
    ? boolean
    : Kind extends "contains" | "startsWith"
      ? string
      : Sent<NonNullable<Value>>;

export type FilterInput<Table extends CrudTable, Filters> = {
  readonly [Name in keyof Filters]?:
    | (Filters[Name] extends readonly Operator[]
        ? { readonly [Kind in Filters[Name][number]]?: Operand<Kind, ValueOf<Table, Name>> | undefined }
        : never)
    | undefined;
};

/** What lists and live lists are asked. */
export interface QueryInput<Table extends CrudTable, Filters, Orders extends string> {
  readonly search?: string | undefined;
  readonly filter?: FilterInput<Table, Filters> | undefined;
  readonly order?: { readonly by: Orders; readonly direction?: Direction | undefined } | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly count?: boolean | undefined;
  readonly removed?: boolean | undefined;
}

/** A row as it goes out; `$can` says what its receiver may do with it. */
export type CrudRow<Body> = Body & {
  readonly id: string;
  readonly version: number;
  readonly $can: { readonly update: boolean; readonly remove: boolean };
};

export interface CrudPage<Row> {
  readonly rows: readonly Row[];
  /** Where the next page begins; null when this is the last. */
  readonly nextCursor: string | null;
  /** Null when it was not asked for. */
  readonly total: number | null;
}

/** The columns that go out when rows are not projected. */
export type ShownBody<Table extends CrudTable, Fields, Shown extends string> = SentColumns<
  RowOf<Table>,
  Extract<keyof Fields | Shown, keyof RowOf<Table>>
>;

/** The columns that only some receive. */
export type ShownTo<Table extends CrudTable, ShowTo> = Partial<
  SentColumns<RowOf<Table>, Extract<keyof ShowTo, keyof RowOf<Table>>>
>;

type Query<Input, Output> = TRPCQueryProcedure<{ input: Input; output: Output; meta: ProcedureMeta }>;
type Mutation<Input, Output> = TRPCMutationProcedure<{ input: Input; output: Output; meta: ProcedureMeta }>;
type Subscription<Input, Output> = TRPCSubscriptionProcedure<{
  input: Input;
  output: AsyncIterable<Output>;
  meta: ProcedureMeta;
}>;

/** A frame as a client gets it: with the id to resume from. */
export interface TrackedFrame<Row extends RowVersion> {
  readonly id: string;
  readonly data: LiveListFrame<Row>;
}

/** The procedures of one table. */
export interface AllProcedures<
  Table extends CrudTable,
  Fields,
  Filters,
  Orders extends string,
  Row extends RowVersion,
> {
  list: Query<
    (QueryInput<Table, Filters, Orders> & { readonly cursor?: string | null | undefined }) | undefined,
    CrudPage<Row>
  >;
  get: Query<{ readonly id: string }, Row>;
  create: Mutation<CreateInput<Table, Fields>, Row>;
  update: Mutation<RowVersion & Changes<Table, Fields> & Keyed, Row>;
  remove: Mutation<{ readonly id: string; readonly version?: number | undefined } & Keyed, Record<string, never>>;
  updateMany: Mutation<
    { readonly rows: readonly RowVersion[]; readonly changes: Changes<Table, Fields> } & Keyed,
    readonly Row[]
  >;
  removeMany: Mutation<{ readonly rows: readonly RowVersion[] } & Keyed, { readonly removed: number }>;
  restore: Mutation<{ readonly id: string; readonly version?: number | undefined } & Keyed, Row>;
  purge: Mutation<{ readonly id: string; readonly version?: number | undefined } & Keyed, Record<string, never>>;
  purgeMany: Mutation<{ readonly rows: readonly RowVersion[] } & Keyed, { readonly purged: number }>;
  live: Subscription<
    (QueryInput<Table, Filters, Orders> & { readonly lastEventId?: string | undefined }) | undefined,
    TrackedFrame<Row>
  >;
  export: Query<Omit<QueryInput<Table, Filters, Orders>, "limit" | "offset" | "count"> | undefined, CsvExport>;
}

/** Those that are offered. `restore`, `purge` and `purgeMany` need a bin, and `export` its columns. */
export type OfferedProcedures<All, Without extends ActionName, Bin, Csv> = Omit<
  All,
  Without | (Bin extends string ? never : "restore" | "purge" | "purgeMany") | (Csv extends object ? never : "export")
>;
