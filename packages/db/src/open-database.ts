import { parseDatabaseUrl } from "./database-url.ts";
import type { Database, DatabaseUnavailable } from "./database.ts";
import type { MigrationSet } from "./migration-set.ts";
import type { OpenOptions } from "./open-options.ts";
import { openPostgres } from "./postgres/open-postgres.ts";
import { type OnError, warn } from "./report.ts";
import { coreTables, type CoreTables } from "./schema/tables.ts";
import type { TableSet } from "./schema/vocabulary.ts";
import { openSqlite } from "./sqlite/open-sqlite.ts";

export interface OpenDatabaseOptions<AppTables> {
  /** The application's tables, beside the library's own (`extendTables`). */
  readonly tables?: TableSet<AppTables>;
  /** Applied in this order, `coreMigrations` first. An empty list leaves the database as it is. */
  readonly migrations: readonly MigrationSet[];
  /** Refuses a database that is missing or lacks a migration, instead of making it so: for a program beside the server. Default false. */
  readonly mustBeReady?: boolean;
  /** How long Postgres may take for a statement; for one outside a transaction, waiting for a connection included. Default 5000. */
  readonly statementTimeoutMs?: number;
  /** How long a write waits for its turn and for locks of others. Default 5000. */
  readonly lockTimeoutMs?: number;
  /** How long a transaction may last before it is rolled back, so that one that hangs does not keep all others out. Default 30000. */
  readonly transactionTimeoutMs?: number;
  /** Connections to Postgres at most. Default 10. */
  readonly poolSize?: number;
  /** The time that is written down with an applied migration. */
  readonly now?: () => Date;
  /** Hears of failures that no caller waits for. By default they become warnings of the process. */
  readonly onError?: OnError;
  /**
   * Hears that what is written is not kept (SQLite only): the disk did not take it (a failed fsync), after which nobody knows what
   * is on it; or, while changes are watched, the file was replaced or removed.
   * Everything is refused from then on: end the process, so that it starts again from what the disk has. By default `onError`.
   */
  readonly onDiskFailure?: (error: DatabaseUnavailable) => void;
}

/**
 * Opens the database that `url` names, and applies what migrations are missing: `sqlite:./path.db` (the file is made when
 * it is missing), `sqlite::memory:` (private to this call) or `postgres://…`.
 *
 * @throws DatabaseUnavailable when it cannot be reached, or another process keeps it locked
 * @throws when the url cannot be read, the database is not ready though it must be, or the migrations of program and database do not fit together
 */
export async function openDatabase<AppTables extends object = CoreTables>(
  url: string,
  options: OpenDatabaseOptions<AppTables>,
): Promise<Database<CoreTables & AppTables>> {
  const location = parseDatabaseUrl(url);
  const { dialect } = location;
  const open: OpenOptions<CoreTables & AppTables> = {
    // Without tables of its own, an application's are the library's.
    tables: { ...coreTables[dialect], ...((options.tables ?? coreTables)[dialect] as AppTables) },
    migrations: options.migrations,
    mustBeReady: options.mustBeReady ?? false,
    statementTimeoutMs: options.statementTimeoutMs ?? 5000,
    lockTimeoutMs: options.lockTimeoutMs ?? 5000,
    transactionTimeoutMs: options.transactionTimeoutMs ?? 30_000,
    poolSize: options.poolSize ?? 10,
    now: options.now ?? (() => new Date()),
    onError: options.onError ?? warn,
    onDiskFailure: options.onDiskFailure ?? options.onError ?? warn,
  };
  return location.dialect === "sqlite" ? openSqlite(location.file, open) : openPostgres(location.url, open);
}
