export { backupDatabase, type BackupReport } from "./backup-database.ts";
export { copyDatabase, type CopiedTableReport, type CopyDatabaseOptions } from "./copy/copy-database.ts";
export { CopyRefused } from "./copy/copy-end.ts";
export { coreMigrations } from "./core-migrations.ts";
export {
  DatabaseUnavailable,
  UniqueViolation,
  type AccessChange,
  type AccessLog,
  type Database,
  type Dialect,
  type ExternalChange,
  type MaybePromise,
  type Queries,
  type Statement,
  type Transaction,
} from "./database.ts";
export { type DatabaseLocation, parseDatabaseUrl } from "./database-url.ts";
export { deleteInParts } from "./delete-in-parts.ts";
export { forUpdate } from "./for-update.ts";
export { type Keyset, orderByKeyset, rowsAfterCursor, toPage } from "./keyset-page.ts";
export { textContains, textStartsWith } from "./like.ts";
export { migrateDatabase, type MigrateDatabaseOptions, readMigrationStatus } from "./migrate-database.ts";
export type { MigrationStatus } from "./migrate.ts";
export type { MigrationSet } from "./migration-set.ts";
export { notHeld } from "./not-held.ts";
export { openDatabase, type OpenDatabaseOptions } from "./open-database.ts";
export { Patience, patienceLeftMs, spendPatience, waitPatiently, withoutPatience } from "./patience.ts";
export { type OnRowsChanged, rowsTopic, type WatchedRows } from "./row-changes.ts";
export { coreTables, type CoreTables } from "./schema/tables.ts";
export { createTurnQueue, type TurnQueue } from "./turn-queue.ts";
export { defineTables, extendTables, type TableSet, type Vocabulary } from "./schema/vocabulary.ts";
