import { type DatabaseLocation, parseDatabaseUrl } from "./database-url.ts";
import { migrate, type MigrationStatus, type MigrationStore, readStatus } from "./migrate.ts";
import type { MigrationSet } from "./migration-set.ts";
import { migrationLockTimeoutMs } from "./open-options.ts";
import { connectionSettings } from "./postgres/connection-settings.ts";
import { openPostgresMigrationStore } from "./postgres/postgres-migrations.ts";
import { openConnections } from "./sqlite/open-connections.ts";
import { requireFile } from "./sqlite/require-file.ts";
import { translateSqliteError } from "./sqlite/sqlite-error.ts";
import { createSqliteMigrationStore } from "./sqlite/sqlite-migrations.ts";

export interface MigrateDatabaseOptions {
  /** In this order, `coreMigrations` first. */
  readonly migrations: readonly MigrationSet[];
  /** The time that is written down with an applied migration. */
  readonly now?: () => Date;
}

/**
 * Applies what migrations are missing, as a starting server does, and makes a missing SQLite file. Any number of processes
 * may do so at once. Returns the names of those this call applied, as in `core/0000_tables`.
 *
 * @throws DatabaseUnavailable when the database cannot be reached, or another process keeps it locked
 * @throws when the migrations of program and database do not fit together, or one fails: nothing of it is left behind
 */
export async function migrateDatabase(url: string, options: MigrateDatabaseOptions): Promise<readonly string[]> {
  const location = parseDatabaseUrl(url);
  const { migrations: sets, now = () => new Date() } = options;
  return withStore(location, (store) => migrate(store, { dialect: location.dialect, sets, mustBeReady: false, now }));
}

/**
 * Compares a database with the migrations this program knows. Changes nothing.
 *
 * @throws DatabaseUnavailable when it cannot be reached, or another process keeps it locked
 * @throws when there is no SQLite file
 */
export async function readMigrationStatus(
  url: string,
  options: Pick<MigrateDatabaseOptions, "migrations">,
): Promise<MigrationStatus> {
  const location = parseDatabaseUrl(url);
  if (location.dialect === "sqlite" && location.file !== null) requireFile(location.file);
  return withStore(location, (store) => readStatus(store, { dialect: location.dialect, sets: options.migrations }));
}

async function withStore<Result>(
  location: DatabaseLocation,
  work: (store: MigrationStore) => Promise<Result>,
): Promise<Result> {
  const lockTimeoutMs = migrationLockTimeoutMs;
  if (location.dialect === "postgres") {
    const settings = connectionSettings(location.url, {
      statementTimeoutMs: 5000,
      lockTimeoutMs,
      transactionTimeoutMs: 0,
    });
    await using store = await openPostgresMigrationStore(settings, { lockTimeoutMs });
    return await work(store);
  }
  if (location.file === null) {
    throw new Error("A database in memory ends with this command. Name a file: sqlite:./path.db.");
  }
  const { reader, writer } = await openConnections(location.file, performance.now() + lockTimeoutMs);
  try {
    return await work(createSqliteMigrationStore(writer, { lockTimeoutMs }));
  } catch (error) {
    throw translateSqliteError(error, { mayHaveWritten: false });
  } finally {
    reader.close();
    writer.close();
  }
}
