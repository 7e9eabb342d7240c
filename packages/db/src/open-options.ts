import type { DatabaseUnavailable } from "./database.ts";
import type { MigrationSet } from "./migration-set.ts";
import type { OnError } from "./report.ts";
import type { CoreTables } from "./schema/tables.ts";

/** What both dialects are opened with: the options of `openDatabase`, filled up. */
export interface OpenOptions<Tables extends CoreTables> {
  readonly tables: Tables;
  readonly migrations: readonly MigrationSet[];
  readonly mustBeReady: boolean;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  readonly poolSize: number;
  readonly now: () => Date;
  readonly onError: OnError;
  readonly onDiskFailure: (error: DatabaseUnavailable) => void;
}

/** How long a start waits for another process that migrates. */
export const migrationLockTimeoutMs = 60_000;

/** How many may wait for a connection, or for their turn to write; one more is refused at once. */
export const longestQueue = 10_000;
