import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

import type { OnRowsChanged, WatchedRows } from "./row-changes.ts";
import type { CoreTables } from "./schema/tables.ts";

export type Dialect = "postgres" | "sqlite";

/** A value, at once on SQLite, later on Postgres. `await` takes both. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Drizzle's query builder, typed as Postgres' for both dialects; use what the two share: select, insert, update, delete,
 * joins, `returning`, `onConflict…`.
 */
export type Queries = Pick<
  PgDatabase<PgQueryResultHKT>,
  "delete" | "insert" | "select" | "selectDistinct" | "update" | "$count"
>;

/** What a transaction's body works with. Everything it writes is committed together, or not at all. */
export interface Transaction<Tables extends CoreTables = CoreTables> extends Queries {
  readonly tables: Tables;
  readonly dialect: Dialect;
  /** Runs `effect` after the commit, in the order registered, and never when the transaction rolls back. It must not throw. */
  afterCommit(effect: () => void): void;
  /** A savepoint: a throw undoes what the inner body wrote and is thrown on. */
  savepoint<Result>(body: (tx: Transaction<Tables>) => Promise<Result>): Promise<Result>;
}

/** One read, prepared once, for the paths that run on every call. */
export interface Statement<Row> {
  /**
   * All rows. On SQLite synchronous, and no promise is made, unless a lock must be waited for; on Postgres a promise.
   * It reads what is committed, never what a running transaction wrote.
   *
   * Columns keep their raw SQL names. Values are the same on both dialects: flags are 0 and 1, instants milliseconds since
   * the epoch, counts numbers, JSON is its text. Parameters are strings, numbers and null; a query on Postgres compares
   * instants as `to_timestamp($1 / 1000.0)`.
   */
  all(parameters: readonly unknown[]): MaybePromise<Row[]>;
}

/** What another process may have changed. A hint: nothing is known but that a read is due. */
export type ExternalChange =
  | { readonly kind: "all" }
  | { readonly kind: "user" | "session"; readonly id: string }
  /** Rows that are watched: see `watchRows` and `rowsTopic`. */
  | { readonly kind: "rows"; readonly topic: string };

/** A change of a user, of what the user may do or of the user's groups; or of the session with this token's hash. */
export type AccessChange = { readonly userId: string } | { readonly tokenHash: string };

/**
 * What was changed, and committed, since the log was last asked; null when that is not known: then everything may be. The
 * first time, too. It throws DatabaseUnavailable, and knows nothing the next time.
 */
export type AccessLog = () => readonly AccessChange[] | null;

/**
 * An open database of either dialect. `queries` outside a transaction commit one by one.
 *
 * Failures: `DatabaseUnavailable` when the database cannot be reached, does not answer in time, or is locked by another
 * process beyond the deadline, or the running code's `Patience` is at its end; `UniqueViolation` when a unique constraint refuses a write. All others are bugs and pass through.
 */
export interface Database<Tables extends CoreTables = CoreTables> extends Queries, AsyncDisposable {
  readonly dialect: Dialect;
  readonly tables: Tables;
  /** How long a statement may take (Postgres), or a write wait for its turn (SQLite), in milliseconds: enough for a call's `Patience`. */
  readonly patienceMs: number;
  /**
   * Runs `body` in one transaction (SQLite: one writer at a time, queued; Postgres: `read committed`). Commits when it
   * returns, rolls back when it throws or lasts for too long. A statement that fails ends it; what may fail goes into
   * `tx.savepoint`. Inside the body `db` does not write: that is the `tx`'s part.
   */
  transaction<Result>(body: (tx: Transaction<Tables>) => Promise<Result>): Promise<Result>;
  /** Prepares a read, spelled for each dialect (`?` and `$1`). The same text gives the same statement. */
  prepare<Row>(name: string, text: { readonly sqlite: string; readonly postgres: string }): Statement<Row>;
  /**
   * Answers with a number that is another one whenever anything was committed since it was last asked for, by whomever:
   * what was read after one number is what would be read as long as that is the number. With null while another process
   * holds the file. It throws DatabaseUnavailable. Null itself where the database cannot tell: Postgres, SQLite in memory.
   */
  readonly dataVersion: (() => number | null) | null;
  /**
   * Begins to follow what changes of users, of what they may do and of sessions, whoever changes it. Null itself where the
   * database does not write that down: Postgres, SQLite in memory.
   */
  readonly followAccess: (() => AccessLog) | null;
  /** How busy it is just now. Asks nobody. */
  load(): DatabaseLoad;
  /** Rejects with `DatabaseUnavailable` unless the database answers. */
  ping(): Promise<void>;
  /**
   * Calls back when another process changes what sessions stand on: SQLite by `PRAGMA data_version` every `pollMs`,
   * Postgres by NOTIFY from triggers. After a gap (the listening connection was lost) it reports `all`; `onLost` is called when
   * one begins. Returns a stop function.
   */
  watchExternalChanges(
    onChange: (change: ExternalChange) => void,
    options: { readonly pollMs: number; readonly onLost?: () => void },
  ): Promise<() => Promise<void>>;
  /**
   * Sees to it that changes of these rows are told, whoever makes them and however: statements of the app, cascades, other
   * programs. `onChange` hears of this process's own transactions, after each commit and before its effects; the rest comes
   * from `watchExternalChanges`. On Postgres it makes triggers, which stay. Returns a stop function.
   */
  watchRows(watched: readonly WatchedRows[], onChange: OnRowsChanged): Promise<() => void>;
  /**
   * How many servers run on this database just now, besides this one: whoever watches it by `watchExternalChanges`, on
   * whatever machine. On SQLite 1 stands for any number.
   */
  countOtherServers(): Promise<number>;
  close(): Promise<void>;
}

export interface DatabaseLoad {
  /** Connections to the server; null where there is none: SQLite. */
  readonly connections: { readonly open: number; readonly inUse: number; readonly waiting: number } | null;
  /** Transactions (on SQLite writes of any kind) that wait for their turn. */
  readonly transactionsWaiting: number;
}

/** The database cannot be reached, did not answer in time, or stayed locked. Nothing of the refused work was written, unless `outcomeUnknown`. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";
  /** True when the connection was lost while committing. */
  readonly outcomeUnknown: boolean;

  constructor(message: string, options?: ErrorOptions & { readonly outcomeUnknown?: boolean }) {
    super(message, options);
    this.outcomeUnknown = options?.outcomeUnknown ?? false;
  }
}

/** A unique constraint refused a write. */
export class UniqueViolation extends Error {
  override readonly name = "UniqueViolation";
  /** The columns of the constraint as `table.column` where the dialect tells, else its name. */
  readonly constraint: string;

  constructor(constraint: string, options?: ErrorOptions) {
    super(`A row with the same ${constraint} is there already.`, options);
    this.constraint = constraint;
  }
}
