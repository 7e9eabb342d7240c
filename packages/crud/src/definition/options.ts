import type { CoreTables, Transaction } from "@countersign/db";
import type { RuleParts } from "@countersign/rpc";

import type { Field } from "../fields/field.ts";
import type { Operator } from "../query/operators.ts";
import type { Direction } from "../query/order.ts";
import type { Scope } from "../scope/scope.ts";

import type { Hooks } from "./hooks.ts";
import type { ColumnOf, CrudTable, CrudTableName, RowOf } from "./table.ts";

/** Everything a router of rows offers. `updateMany`, `removeMany` and `purgeMany` do all or nothing. */
export type ActionName =
  | "list"
  | "get"
  | "create"
  | "update"
  | "remove"
  | "updateMany"
  | "removeMany"
  | "restore"
  | "purge"
  | "purgeMany"
  | "live"
  | "export";

/** Columns only the library writes. */
type Kept = "id" | "version" | "createdAt" | "updatedAt";

export type FieldsOf<Table extends CrudTable> = {
  readonly [Name in Exclude<ColumnOf<Table>, Kept>]?: Field<RowOf<Table>[Name]>;
};

export type FiltersOf<Table extends CrudTable> = {
  readonly [Name in ColumnOf<Table>]?: readonly OperatorOn<RowOf<Table>[Name]>[];
};

/** The comparisons of a column that holds these values: only texts are looked into. */
type OperatorOn<Value> = NonNullable<Value> extends string ? Operator : Exclude<Operator, "contains" | "startsWith">;

/** The columns that hold texts. */
type TextColumnOf<Table extends CrudTable> = {
  [Name in ColumnOf<Table>]: NonNullable<RowOf<Table>[Name]> extends string ? Name : never;
}[ColumnOf<Table>];

/** Makes a type error of every key that is not among those: what a type parameter is inferred from may have more. */
type NoOther<Given, Among> = string extends keyof Given ? {} : { readonly [Key in Exclude<keyof Given, Among>]: never };

/** What the rows of one table are served by. Names that the table does not have are type errors, and errors at start. */
export interface CrudOptions<
  Tables extends CoreTables,
  Name extends CrudTableName<Tables>,
  Permission extends string,
  Fields,
  Shown extends string,
  Filters,
  Orders extends string,
  Projected,
  Without extends ActionName,
  Bin,
  ShowTo,
  Csv,
  PolicyName extends string = never,
> {
  readonly table: Name;
  /** Whose rows are whose: every action and every live delivery goes through it. */
  readonly scope: Scope<Tables, TableOf<Tables, Name>, ColumnOf<TableOf<Tables, Name>>>;
  /** The columns that may be written, and their schemas. All others are refused. */
  readonly fields: Fields &
    FieldsOf<TableOf<Tables, Name>> &
    NoOther<Fields, Exclude<ColumnOf<TableOf<Tables, Name>>, Kept>>;
  /** The columns that go out besides `id`, `version` and the fields. */
  readonly show?: readonly (Shown & ColumnOf<TableOf<Tables, Name>>)[];
  /** Columns that go out only to those who hold the permission, in lists and live lists too: `{ salary: "staff.see_pay" }`. Nothing can be searched, filtered or ordered by them: that would let others find them out. */
  readonly showTo?: ShowTo & { readonly [Column in ColumnOf<TableOf<Tables, Name>>]?: Permission } & NoOther<
      ShowTo,
      ColumnOf<TableOf<Tables, Name>>
    >;
  /** What rows look like outside, where their columns are not enough. It gets all rows of a page at once, with every column; the answer may depend on nothing else than rows and what it reads. `id` and `version` are added. */
  readonly project?: (
    rows: readonly RowOf<TableOf<Tables, Name>>[],
    reader: Pick<Transaction<Tables>, "select" | "tables">,
  ) => readonly Projected[] | Promise<readonly Projected[]>;
  /** The text columns that `search` looks into. */
  readonly search?: readonly TextColumnOf<TableOf<Tables, Name>>[];
  readonly filters?: Filters & FiltersOf<TableOf<Tables, Name>> & NoOther<Filters, ColumnOf<TableOf<Tables, Name>>>;
  /** What lists may be ordered by, and are when nothing is asked. Equal rows are ordered by id. */
  readonly order?: {
    readonly by: readonly (Orders & ColumnOf<TableOf<Tables, Name>>)[];
    readonly direction?: Direction;
  };
  readonly page?: {
    /** Rows when nothing is asked; 20. */
    readonly size?: number;
    /** Most rows at once; 100. */
    readonly most?: number;
    /** Greatest offset; 100,000. */
    readonly mostSkipped?: number;
    /**
     * A search, or another list that no index leads through, is refused to those who may see more rows than this; 250,000,
     * which take about a second on SQLite. They narrow it by a filter on the scope's column.
     */
    readonly mostSearched?: number;
    /** Is the total counted when nothing is asked? True. */
    readonly count?: boolean;
  };
  /** What an action asks for besides a signed-in user. `updateMany` follows `update`, `removeMany`, `restore`, `purge` and `purgeMany` follow `remove`, `live`, `get` and `export` follow `list`, unless they are named. */
  readonly rules?: { readonly [Action in ActionName]?: RuleParts<Permission> };
  /** The policies a row is asked about before it is changed or removed, from `definePolicies`: see `$can`. */
  readonly policies?: { readonly update?: PolicyName; readonly remove?: PolicyName };
  readonly without?: readonly Without[];
  /** Offers `export`: a list as a file for spreadsheets, with these columns, and at most so many rows (10,000). */
  readonly csv?: Csv & {
    readonly columns: readonly ((keyof NoInfer<Projected> & string) | "id" | (keyof NoInfer<ShowTo> & string))[];
    readonly most?: number;
  };
  /** A nullable instant: rows are removed by setting it, can be restored, and are gone when they are purged. */
  readonly removedAt?: Bin & ColumnOf<TableOf<Tables, Name>>;
  /** Most rows of one value of this column, as of one owner; what lies in the bin is counted too, until it is purged. */
  readonly quota?: { readonly rows: number; readonly of: ColumnOf<TableOf<Tables, Name>> };
  readonly hooks?: Hooks<Tables, TableOf<Tables, Name>, Permission>;
}

/** The table of this name. */
export type TableOf<Tables, Name extends keyof Tables> = Tables[Name] extends CrudTable ? Tables[Name] : never;
