import { trackCurrentTransaction } from "../current-transaction.ts";
import type { Database } from "../database.ts";
import { migrate } from "../migrate.ts";
import { longestQueue, migrationLockTimeoutMs, type OpenOptions } from "../open-options.ts";
import { isRead } from "../queries.ts";
import { createRowListeners } from "../row-changes.ts";
import { runTransaction } from "../run-transaction.ts";
import type { CoreTables } from "../schema/tables.ts";
import { createTurnQueue } from "../turn-queue.ts";

import { canFollowAccess, openAccessLog } from "./access-log.ts";
import { createAccess } from "./access.ts";
import { wrapConnection } from "./connection.ts";
import { createDataVersion } from "./data-version.ts";
import { createDiskFailure } from "./disk-failure.ts";
import { type Connections, openConnections } from "./open-connections.ts";
import { rememberFile } from "./own-file.ts";
import { requireFile } from "./require-file.ts";
import { createRowTriggers } from "./row-triggers.ts";
import { findServerMark, holdServerMark, type ServerMark } from "./server-mark.ts";
import { translateSqliteError } from "./sqlite-error.ts";
import { createSqliteMigrationStore } from "./sqlite-migrations.ts";
import { buildSqliteQueries } from "./sqlite-queries.ts";
import { prepareSqliteRead } from "./sqlite-statement.ts";
import { createSqliteTransaction } from "./sqlite-transaction.ts";
import { watchDataVersion } from "./watch-data-version.ts";

/** Opens a SQLite file, or a private database in memory (null), and applies what migrations are missing. */
export async function openSqlite<Tables extends CoreTables>(
  file: string | null,
  options: OpenOptions<Tables>,
): Promise<Database<Tables>> {
  const { tables, lockTimeoutMs, transactionTimeoutMs, onError, onDiskFailure } = options;
  const sqlite = await openMigrated(file, options);
  const opened = file === null ? null : rememberFile(file);
  const current = trackCurrentTransaction();
  const writer = wrapConnection(sqlite.writer, keptStatements);
  const reader = sqlite.reader === sqlite.writer ? writer : wrapConnection(sqlite.reader, keptStatements);
  // SQLite has one writer.
  const queue = createTurnQueue({ places: 1, longest: longestQueue });
  const listeners = createRowListeners(onError);
  const rows = createRowTriggers(sqlite.writer, listeners);
  const disk = createDiskFailure(onDiskFailure);
  const access = createAccess({ writer, reader, rows, queue, current, lockTimeoutMs, disk });
  const watches = new Set<() => void>();
  let mark: ServerMark | null = null;

  function releaseMark(): void {
    mark?.release();
    mark = null;
  }

  async function close(): Promise<void> {
    for (const stop of watches) stop();
    releaseMark();
    if (!sqlite.writer.open) return;
    // What is running may end; what runs for too long is rolled back.
    const { leave } = await access.enter().catch(() => ({ leave: () => {} }));
    sqlite.reader.close();
    sqlite.writer.close();
    leave();
  }

  return {
    ...buildSqliteQueries((text, parameters) =>
      isRead(text) ? access.read(() => reader.run(text, parameters)) : access.write(() => writer.run(text, parameters)),
    ),
    dialect: "sqlite",
    tables,
    patienceMs: lockTimeoutMs,
    async transaction(body) {
      current.refuse("A transaction by `db`");
      const connection = createSqliteTransaction(access, onError);
      const common = { tables, connection, current, transactionTimeoutMs, onError };
      return runTransaction({ dialect: "sqlite", ...common, body });
    },
    prepare: (name, text) => prepareSqliteRead({ name, text: text.sqlite, access }),
    dataVersion: createDataVersion(access),
    followAccess: canFollowAccess(access) ? () => openAccessLog(access) : null,
    load: () => ({ connections: null, transactionsWaiting: queue.waiting }),
    async ping() {
      await access.read(() => reader.run("select 1 from sqlite_schema limit 1", []));
    },
    async watchExternalChanges(onChange, { pollMs }) {
      const isLost = () => opened?.isLost() ?? false;
      const onLost = () => disk.noteLostFile();
      const watching = { pollMs, onChange, isLost, onLost, onError };
      const stop = await access.read(() => watchDataVersion(sqlite.writer, watching));
      watches.add(stop);
      // Whoever asks is told less where it cannot be shown; the server works without.
      if (file !== null) mark ??= await holdServerMark(file).catch((error: unknown) => (onError(error), null));
      return async () => {
        watches.delete(stop);
        stop();
        if (watches.size === 0) releaseMark();
      };
    },
    async countOtherServers() {
      if (file === null) return 0;
      const hasOthers = mark === null ? findServerMark(file) : await mark.hasOthers();
      return hasOthers ? 1 : 0;
    },
    async watchRows(watched, onChange) {
      await access.write(() => rows.watch(watched));
      return listeners.add(onChange);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const keptStatements = { kept: 500 };

async function openMigrated<Tables extends CoreTables>(
  file: string | null,
  options: OpenOptions<Tables>,
): Promise<Connections> {
  const { lockTimeoutMs, migrations, mustBeReady, now } = options;
  if (mustBeReady && file !== null) requireFile(file);
  const sqlite = await openConnections(file, performance.now() + lockTimeoutMs);
  const store = createSqliteMigrationStore(sqlite.writer, { lockTimeoutMs: migrationLockTimeoutMs });
  try {
    await migrate(store, { dialect: "sqlite", sets: migrations, mustBeReady, now });
    return sqlite;
  } catch (error) {
    sqlite.reader.close();
    sqlite.writer.close();
    throw translateSqliteError(error, { mayHaveWritten: false });
  }
}
