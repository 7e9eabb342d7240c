import type { SQL } from "drizzle-orm";

import type { Principal } from "@countersign/auth";
import type { CoreTables, Transaction, WatchedRows } from "@countersign/db";

import type { ColumnOf, CrudTable } from "../definition/table.ts";

/** What can be done to a row. Restoring counts as removing, a list or a live list as reading. */
export type ScopedAction = "read" | "create" | "update" | "remove";

/** The tables of the database in use, and the one whose rows are scoped. */
export interface Place<Tables extends CoreTables, Table extends CrudTable> {
  readonly tables: Tables;
  readonly table: Table;
}

/** What a read is narrowed to besides, by column: equal to this value. */
export type Narrowing = Readonly<Record<string, unknown>>;

/**
 * Whose rows are whose. One scope serves every action of a router, and its live lists at each delivery: a row outside is not
 * there.
 */
export interface Scope<
  Tables extends CoreTables = CoreTables,
  Table extends CrudTable = CrudTable,
  Column extends string = ColumnOf<Table>,
> {
  /** The rows on which this user may do this. It must hold for nobody else's. */
  where(who: Principal, action: ScopedAction, place: Place<Tables, Table>): SQL;

  /**
   * Takes a row that is about to be created, or moved by an update: fills in what says whose it is (never from input), and
   * says whether this user may put it there. `hidden`: the user may not even know of the place.
   */
  admit(
    who: Principal,
    values: Readonly<Record<string, unknown>>,
    tx: Transaction<Tables>,
    place: Place<Tables, Table>,
  ): Promise<
    | { readonly status: "admitted"; readonly values: Readonly<Record<string, unknown>> }
    | { readonly status: "forbidden" | "hidden" }
  >;

  /** Holds what the right to this row stands on until the commit, where the database does not by itself. */
  hold?(who: Principal, id: string, tx: Transaction<Tables>, place: Place<Tables, Table>): Promise<void>;

  /** Columns that say whose a row is. A row in which one of them changes leaves one list and enters another. */
  readonly columns: readonly Column[];

  /** Those of them that are always filled in from who asks: input never gives them. */
  readonly fills?: readonly string[];

  /** What the topics of its grants stand for: the database is asked to tell of their changes. */
  watches(place: Place<Tables, Table>): readonly WatchedRows[];

  /** What a list of this user reads and listens to. */
  grant(
    who: Principal,
    narrowing: Narrowing,
    reader: Pick<Transaction<Tables>, "select" | "tables">,
    place: Place<Tables, Table>,
  ): Promise<Grant> | Grant;
}

/**
 * What some users may see alike, at one moment. It names rows by what it was read from, not by a user: one reading serves all
 * who hold the same grant, whatever becomes of one of them meanwhile.
 */
export interface Grant {
  /** Equal for users who see the same rows and may do the same to them. */
  readonly key: string;
  /** What is touched when such a row, or the grant itself, may have changed: see `rowsTopic` and `watches`. */
  readonly topics: readonly string[];
  /** The same rows as `Scope.where`. */
  where(action: ScopedAction): SQL;
}
